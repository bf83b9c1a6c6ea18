using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Kills;

/// <summary>A kill loses nothing that the system holds for the process; only this shows what the loss of power would leave.</summary>
public sealed partial class DurabilityTests
{
    private const string Calls = "write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync";

    [Fact(Timeout = 120_000)]
    public async Task No_202_leaves_before_what_it_promises_is_on_the_disk()
    {
        using var data = new DataDirectory();
        await using var sink = new SmtpSink();
        await using var server = await ServerProcess.StartAsync(new ServerSetup(data.Path));
        using var api = server.CreateApi();
        await api.CreateAsync("/v1/providers", Bodies.Smtp(sink.Port));
        await api.SendAsync(Bodies.Mail("warm-up@trace.example"));

        const int count = 20;
        await using var strace = await Strace.AttachAsync(server.Id, Calls, Path.Combine(data.Path, "calls"));
        for (var i = 0; i < count; i++)
        {
            var answer = await api.PostAsync("/v1/notifications", Bodies.Mail(Address(i)));
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        }

        var calls = await strace.DetachAsync();

        for (var i = 0; i < count; i++) AssertDurable(calls, Address(i));
    }

    private static string Address(int i) => string.Create(CultureInfo.InvariantCulture, $"witness{i:00}@trace.example");

    /// <summary>
    /// In this order: the write that puts the address into the write-ahead log ends; a sync of that log begins; it ends well; the
    /// answer with the address begins to leave.
    /// </summary>
    private static void AssertDurable(string[] calls, string address)
    {
        var answered = Array.FindIndex(calls, c => c.Contains("202 Accepted", StringComparison.Ordinal) && c.Contains(address, StringComparison.Ordinal));
        Assert.True(answered >= 0, $"The answer for {address} was not seen leaving:\n{Excerpt(calls)}");

        var written = Array.FindIndex(calls, c => c.Contains("carillon.db-wal>", StringComparison.Ordinal) && c.Contains(address, StringComparison.Ordinal));
        Assert.True(written >= 0, $"{address} was not seen going into the log:\n{Excerpt(calls)}");
        var between = calls[Math.Min(written, answered)..(Math.Max(written, answered) + 1)];
        Assert.True(written < answered, $"{address} was answered before it was written:\n{Excerpt(between)}");

        var synced = Enumerable.Range(written + 1, answered - written - 1).Any(begin => IsSync(calls[begin]) && EndOf(calls, begin) is { } end && end < answered);
        Assert.True(synced, $"{address} was answered before it was on the disk:\n{Excerpt(between)}");
    }

    private static bool IsSync(string call) => SyncPattern().IsMatch(call);

    /// <summary>The line with the successful end of a call that begins at a line.</summary>
    private static int? EndOf(string[] calls, int begin)
    {
        if (!calls[begin].Contains("<unfinished", StringComparison.Ordinal)) return calls[begin].EndsWith("= 0", StringComparison.Ordinal) ? begin : null;
        var thread = calls[begin][..calls[begin].IndexOf(' ', StringComparison.Ordinal)];
        var end = Array.FindIndex(calls, begin + 1, c => c.StartsWith(thread + " ", StringComparison.Ordinal));
        return end >= 0 && calls[end].Contains("resumed>", StringComparison.Ordinal) && calls[end].EndsWith("= 0", StringComparison.Ordinal) ? end : null;
    }

    private static string Excerpt(string[] calls) => string.Join('\n', calls.Take(60).Select(c => c.Length > 160 ? c[..160] + "…" : c));

    [GeneratedRegex(@"^\d+ +(fsync|fdatasync)\(\d+<[^>]*carillon\.db-wal>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SyncPattern();
}
