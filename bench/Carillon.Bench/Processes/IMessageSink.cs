namespace Carillon.Bench.Processes;

/// <summary>Where the server's messages end: a process of its own that takes them, throws them away, and counts.</summary>
internal interface IMessageSink : IDisposable
{
    int Port { get; }

    ProcessUsage Usage { get; }

    /// <summary>Messages taken so far.</summary>
    long Count();
}
