using System.Net;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Faults;

public sealed class DiskFullTests
{
    [Fact(Timeout = 180_000)]
    public async Task A_full_disk_refuses_what_it_cannot_keep_and_goes_on_by_itself()
    {
        using var disk = TemporaryDisk.Mount(megabytes: 64);
        await using var sink = new SmtpSink();
        await using var server = await ServerProcess.StartAsync(new ServerSetup(disk.Path) { Environment = { ["CARILLON_RETRY_BASE_DELAY"] = "100ms" } });
        using var api = server.CreateApi();
        await api.CreateAsync("/v1/providers", Bodies.Smtp(sink.Port));
        var accepted = new List<string>();
        var refused = new List<string>();
        for (var i = 0; i < 20; i++) await SendAsync($"before{i}@disk.example");

        disk.Fill();
        Answer? refusal = null;
        // Pages that the files have already take some more.
        for (var i = 0; i < 5000 && refused.Count < 8; i++) refusal = await SendAsync($"during{i}@disk.example") ?? refusal;

        Assert.NotNull(refusal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (refusal.Status, refusal.ContentType));
        Assert.True(refusal.Headers.RetryAfter?.Delta > TimeSpan.Zero, "Retry-After is missing.");
        Assert.Contains("full", (string?)refusal.Json["detail"], StringComparison.Ordinal);
        Assert.False(server.HasExited, server.Output);
        await Eventually.TrueAsync(
            async () => (await api.GetAsync("/health/ready")).Status == HttpStatusCode.ServiceUnavailable, "the health to say that nothing can be stored");

        disk.Free();
        await Eventually.TrueAsync(
            async () => (await api.GetAsync("/health/ready")).Status == HttpStatusCode.OK && await SendAsync("after@disk.example") is null,
            "the server to go on");
        await api.WaitUntilEmptyAsync();

        var taken = sink.CountByRecipient();
        Assert.DoesNotContain(accepted, a => !taken.ContainsKey(a));
        Assert.All(taken, recipient => Assert.Equal(1, recipient.Value));
        // What was refused is neither in the log nor delivered.
        var log = (await api.MessagesAsync()).Select(m => (string)m["address"]!).ToList();
        Assert.Equal(accepted.Order(StringComparer.Ordinal), log.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(refused, r => taken.ContainsKey(r) && !accepted.Contains(r));

        // The answer when it was refused.
        async Task<Answer?> SendAsync(string address)
        {
            var answer = await api.PostAsync("/v1/notifications", Bodies.Mail(address));
            (answer.Status == HttpStatusCode.Accepted ? accepted : refused).Add(address);
            return answer.Status == HttpStatusCode.Accepted ? null : answer;
        }
    }
}
