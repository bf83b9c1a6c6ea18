using System.Globalization;
using System.Text;
using Carillon.Bench.Processes;

namespace Carillon.Bench.Load;

/// <summary>A trickle of critical messages, each of which carries the time at which its request leaves.</summary>
internal sealed class UrgentLoad(int port, string key, TimeSpan pace)
{
    public long Accepted { get; private set; }

    public Task RunAsync(CancellationToken stop) => Task.Factory.StartNew(() => Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stop)
    {
        using var wire = new HttpWire(port);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var made = (long)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;
            var body = string.Create(CultureInfo.InvariantCulture,
                $"{{\"recipient\":{{\"phone\":\"+5256{number:D8}\"}},\"channel\":\"sms\",\"priority\":\"critical\",\"message\":\"{Encoding.ASCII.GetString(HttpSink.UrgentMark)}{made}\"}}");
            wire.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"POST /v1/notifications HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}")));
            var answer = wire.Receive(out var status);
            if (status != 202) throw new BenchException($"A critical message was answered {status}: {Encoding.UTF8.GetString(answer)}");
            Accepted++;
            Thread.CurrentThread.Join(pace);
        }
    }
}
