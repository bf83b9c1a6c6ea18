using BenchmarkDotNet.Running;
using Carillon.Jinja.Bench;

// "quick" measures for some seconds without the care of BenchmarkDotNet: good enough to see whether a change was one.
// It counts the processor's time, not the wall's, so that a busy machine does little to it.
if (args is ["quick", ..])
{
    var mail = new RenderBenchmarks();
    var compile = new CompileBenchmarks();
    Console.WriteLine($"{mail.Size()} bytes a mail");
    (string Name, Action Run)[] all =
    [
        ("hand-written", mail.Hand_written), ("rendered", mail.Rendered), ("parsed and rendered", mail.Parsed_and_rendered), ("200 lines compiled", () => compile.Two_hundred_lines()),
    ];
    for (var round = 0; round < 3; round++)
    {
        foreach (var (name, run) in all)
        {
            var start = Environment.CpuUsage.TotalTime;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var count = 0;
            var spent = TimeSpan.Zero;
            for (; spent < TimeSpan.FromMilliseconds(600); spent = Environment.CpuUsage.TotalTime - start)
            {
                for (var i = 0; i < 500; i++) run();
                count += 500;
            }
            Console.WriteLine($"{name}: {count / spent.TotalSeconds:n0}/s, {(GC.GetAllocatedBytesForCurrentThread() - before) / count} bytes allocated each");
        }
    }
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
