// Each test has a server process to itself, and some measure it: they would take the cores from one another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
