using System.Diagnostics;
using System.Text;
using Carillon.Bench.Processes;

namespace Carillon.Bench.Load;

/// <summary>What the load came to, as the caller sees it.</summary>
/// <param name="Started">Timestamp of the first request.</param>
/// <param name="Time">From the first request to the last answer.</param>
/// <param name="Refused">Answers with 429 or 503; the same request was sent again.</param>
/// <param name="Latencies">Of every answered request, in milliseconds, in order.</param>
/// <param name="Samples">Public ids of some of the messages, with the index of the key that may read them.</param>
internal sealed record LoadResult(
    long Accepted, long Refused, long Started, TimeSpan Time, double[] Latencies, IReadOnlyList<(string MessageId, int Key)> Samples, IReadOnlyList<(string BatchId, int Key)> Batches,
    ProcessUsage Usage)
{
    public double PerSecond => Accepted / Time.TotalSeconds;

    public double Percentile(double part) => Latencies.Length == 0 ? 0 : Latencies[(int)Math.Min(Latencies.Length - 1, part * Latencies.Length)];
}

/// <summary>
/// Sends requests over some connections, one under way on each. A thread goes round its connections: it waits for the answer of one,
/// sends the next request there, and goes on to its neighbour, whose answer has usually come by then.
/// </summary>
/// <param name="perSecond">Notifications a second, evenly; null for as many as there can be.</param>
internal sealed class LoadGenerator(int port, RequestForm form, long requests, int connections, int keys, int? perSecond = null)
{
    private const int SampleCount = 200;

    private readonly Lock _lock = new();
    private readonly List<double> _latencies = [];
    private readonly List<(string, int)> _samples = [];
    private readonly List<(string, int)> _batches = [];
    private long _next = -1;
    private long _accepted;
    private long _refused;
    private long _started;

    public long Accepted => Interlocked.Read(ref _accepted);

    /// <param name="threads">Between them they share the connections.</param>
    public async Task<LoadResult> RunAsync(int threads)
    {
        threads = Math.Min(threads, connections);
        var before = ProcessUsage.OfSelf();
        var started = _started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(i => Task.Factory.StartNew(
            () => Run((connections / threads) + (i < connections % threads ? 1 : 0)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var time = Stopwatch.GetElapsedTime(started);
        _latencies.Sort();
        return new LoadResult(_accepted, _refused, started, time, [.. _latencies], _samples, _batches, ProcessUsage.OfSelf().Since(before));
    }

    private void Run(int count)
    {
        var lines = new List<Line>();
        try
        {
            for (var i = 0; i < count && Next() is { } request; i++)
            {
                var line = new Line(new HttpWire(port), form.Copy());
                lines.Add(line);
                Send(line, request);
            }

            while (lines.Count > 0)
            {
                for (var i = lines.Count - 1; i >= 0; i--)
                {
                    var line = lines[i];
                    if (Receive(line)) Send(line, line.Request);
                    else if (Next() is { } request) Send(line, request);
                    else
                    {
                        Keep(line);
                        lines.RemoveAt(i);
                        line.Wire.Dispose();
                    }
                }
            }
        }
        finally
        {
            foreach (var line in lines) line.Wire.Dispose();
        }
    }

    private long? Next()
    {
        var next = Interlocked.Increment(ref _next);
        if (next >= requests) return null;
        if (perSecond is { } rate)
        {
            var early = TimeSpan.FromSeconds((double)next * form.Items / rate) - Stopwatch.GetElapsedTime(_started);
            if (early > TimeSpan.Zero) Thread.CurrentThread.Join(early);
        }

        return next;
    }

    private static void Send(Line line, long request)
    {
        line.Request = request;
        line.Sent = Stopwatch.GetTimestamp();
        line.Wire.Send(line.Form.Fill(request));
    }

    /// <summary>True when the request is to be sent again.</summary>
    private bool Receive(Line line)
    {
        var body = line.Wire.Receive(out var status);
        if (status is 429 or 503)
        {
            Interlocked.Increment(ref _refused);
            // Less than the server asks for, but enough that refusals do not become the load.
            Thread.CurrentThread.Join(TimeSpan.FromMilliseconds(10));
            return true;
        }

        var accepted = body.Count("\"ntf_"u8);
        if (status is < 200 or > 299 || accepted < form.Items)
            throw new BenchException($"Of {form.Items} notifications {accepted} were accepted, HTTP {status}: {Encoding.UTF8.GetString(body[..Math.Min(2000, body.Length)])}");

        line.Latencies.Add(Stopwatch.GetElapsedTime(line.Sent).TotalMilliseconds);
        Interlocked.Add(ref _accepted, accepted);
        Sample(line, body);
        return false;
    }

    private void Sample(Line line, ReadOnlySpan<byte> body)
    {
        var key = (int)(line.Request % keys);
        if (form.Items > 1 && IdIn(body, "\"bat_"u8) is { } batch)
        {
            lock (_lock) _batches.Add((batch, key));
        }

        if (line.Request % Math.Max(1, requests / SampleCount) != 0 || IdIn(body, "\"msg_"u8) is not { } message) return;
        lock (_lock) _samples.Add((message, key));
    }

    private static string? IdIn(ReadOnlySpan<byte> body, ReadOnlySpan<byte> start)
    {
        var at = body.IndexOf(start);
        if (at < 0) return null;
        var id = body[(at + 1)..];
        return Encoding.ASCII.GetString(id[..id.IndexOf((byte)'"')]);
    }

    private void Keep(Line line)
    {
        lock (_lock) _latencies.AddRange(line.Latencies);
    }

    private sealed record Line(HttpWire Wire, RequestForm Form)
    {
        public List<double> Latencies { get; } = [];

        public long Request { get; set; }

        public long Sent { get; set; }
    }
}
