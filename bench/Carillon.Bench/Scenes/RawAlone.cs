using System.Text;
using Carillon.Bench.Processes;
using Carillon.Bench.Raw;

namespace Carillon.Bench.Scenes;

/// <summary>The raw limits without a server.</summary>
internal static class RawAlone
{
    public static async Task<IReadOnlyList<Measurement>> SmtpAsync(BenchOptions options)
    {
        var directory = Directory.CreateDirectory(Path.Combine(options.Directory, "carillon-bench-" + Path.GetRandomFileName())).FullName;
        try
        {
            using var sink = await SinkProcess.StartAsync(directory, FreePort.Find());
            var line = new string('x', 68) + "\r\n";
            var content = Encoding.ASCII.GetBytes("Subject: raw\r\n\r\n" + string.Concat(Enumerable.Repeat(line, 34)));
            return [await RawSmtp.RunAsync(sink, content, TimeSpan.FromSeconds(5), options.ConnectionsGiven ?? 16)];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>SQLite takes the rows of a short run of the server.</summary>
    public static async Task<IReadOnlyList<Measurement>> SqliteAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        await stage.StartSinkAsync();
        await stage.LoadAsync(options.Messages, stage.Installation.Form(options.Way, options.Recipient));
        await stage.Installation.DrainedAsync(options.Limit);
        stage.Server.Stop();
        return [RawSqlite.Run(stage.Server.DatabasePath, stage.Directory)];
    }
}
