using System.Diagnostics;
using System.Globalization;
using Carillon.Bench.Load;
using Carillon.Bench.Processes;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>A fresh server with its data on the disk, set up and ready for load; and the sink, from when it is asked for.</summary>
internal sealed class Stage : IDisposable
{
    private readonly BenchOptions _options;
    private IMessageSink? _sink;

    private Stage(BenchOptions options, string directory, int sinkPort, ServerProcess server)
    {
        _options = options;
        Directory = directory;
        SinkPort = sinkPort;
        Server = server;
        Installation = new Installation(server, options);
    }

    public string Directory { get; }

    public int SinkPort { get; }

    public ServerProcess Server { get; }

    public Installation Installation { get; }

    public IMessageSink Sink => _sink ?? throw new InvalidOperationException("The sink was not started.");

    /// <summary>Notifications that were sent before anything was measured.</summary>
    public long Before { get; set; }

    public static async Task<Stage> SetAsync(BenchOptions options)
    {
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(options.Directory, "carillon-bench-" + Path.GetRandomFileName())).FullName;
        var stage = new Stage(options, directory, FreePort.Find(), await ServerProcess.StartAsync(options, directory));
        try
        {
            await stage.Installation.PrepareAsync(stage.SinkPort);
            return stage;
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    public async Task StartSinkAsync(int delaySeconds = 0) => _sink = _options.IsSms
        ? await HttpSinkProcess.StartAsync(Directory, SinkPort)
        : await SinkProcess.StartAsync(Directory, SinkPort, delaySeconds);

    /// <summary>The sink is down from here on; <see cref="StartSinkAsync"/> starts another.</summary>
    public void StopSink() => _sink?.Dispose();

    /// <summary>Loads at least so many notifications, in whole requests.</summary>
    public async Task<LoadResult> LoadAsync(long messages, RequestForm form, int? connections = null, int? perSecond = null)
    {
        var requests = (messages + form.Items - 1) / form.Items;
        return await new LoadGenerator(Server.Port, form, requests, connections ?? _options.Connections, Installation.Keys.Count, perSecond).RunAsync(_options.Threads);
    }

    /// <summary>Sends some, so that what is measured finds compiled code, open connections and the contacts that it names.</summary>
    public async Task WarmUpAsync()
    {
        if (_options.Recipient == RecipientWay.Contact)
        {
            // Each tenant has contacts of its own, and the tenants take turns with the requests.
            var count = (long)_options.Contacts * Installation.Keys.Count;
            Before += (await LoadAsync(count, Installation.Form(RequestWay.Batch, RecipientWay.MakeContact), 8)).Accepted;
        }

        if (_options.WarmUp > 0) Before += (await LoadAsync(_options.WarmUp, Installation.Form(_options.Way, _options.Recipient))).Accepted;
        await Installation.DrainedAsync(_options.Limit);
    }

    public void Pause()
    {
        if (!_options.Pause) return;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The server is process {Server.Id}; Enter goes on."));
        Console.ReadLine();
    }

    /// <summary>Waits until the sink has taken so many in all.</summary>
    public async Task TakenAsync(long count)
    {
        var started = Stopwatch.GetTimestamp();
        while (Sink.Count() < count)
        {
            if (Stopwatch.GetElapsedTime(started) > _options.Limit) throw new BenchException($"The sink has {Sink.Count()} messages, not {count}.");
            if (Server.HasEnded) throw new BenchException($"The server has ended:\n{Server.Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public void Dispose()
    {
        Installation.Dispose();
        Server.Dispose();
        _sink?.Dispose();
        if (_options.Keep) Console.Error.WriteLine($"Left: {Directory}");
        else System.IO.Directory.Delete(Directory, recursive: true);
    }
}
