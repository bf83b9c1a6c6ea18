using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Load;

public sealed class FairnessTests
{
    private const int BatchSize = 10_000;

    private static readonly int Backlog = Scale.IsLong ? 1_000_000 : 50_000;

    [Theory(Timeout = 20 * 60_000)]
    [InlineData("critical", 128)]
    // Few at once: each place that comes free is fought for.
    [InlineData("normal", 8)]
    public async Task One_message_of_another_tenant_leaves_while_the_backlog_is_nearly_whole(string priority, int atOnce)
    {
        using var data = new DataDirectory();
        await using var sink = new SmtpSink();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.Script = s => s.Moment == SmtpMoment.FinalDot ? new SmtpAct.Hold(gate.Task) : null;
        await using var server = await ServerProcess.StartAsync(new ServerSetup(data.Path));
        using var admin = server.CreateApi();
        // The installation's provider, shared by both tenants: slow, since it holds everything until the gate opens.
        await admin.CreateAsync("/v1/providers", Bodies.Smtp(sink.Port, connections: 16, replySeconds: 600, finalSeconds: 600).With("max_concurrency", atOnce));
        using var many = server.CreateApi(await TenantAsync(admin, "many"));
        using var one = server.CreateApi(await TenantAsync(admin, "one"));
        for (var sent = 0; sent < Backlog; sent += BatchSize)
        {
            var batch = new JsonArray([.. Enumerable.Range(sent, BatchSize).Select(i => Bodies.Mail($"many{i}@fair.example"))]);
            Assert.Equal(BatchSize, (int)(await many.PostAsync("/v1/notifications/batch", batch)).Success()["accepted"]!);
        }

        await one.SendAsync(Bodies.Mail("single@fair.example").With("priority", priority));
        var before = sink.Count;
        // From here on the sink takes a little over 1,000 a second: the backlog would last for long.
        sink.Script = s => s.Moment == SmtpMoment.FinalDot ? new SmtpAct.Wait(TimeSpan.FromMilliseconds(15)) : null;
        gate.SetResult();
        await Eventually.TrueAsync(() => sink.CountOf("single@fair.example") == 1, "the single message", TimeSpan.FromMinutes(2));

        var ahead = sink.Mails.TakeWhile(m => m.Recipient != "single@fair.example").Count() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{ahead} of the backlog of {Backlog} left before the single {priority} message.");
        // What was under way when it came, and a turn or two of the other.
        Assert.InRange(ahead, 0, atOnce + 50);
        Assert.InRange(await many.QueuedAsync(), Backlog - 10_000, Backlog);
    }

    private static async Task<string> TenantAsync(Api admin, string name) =>
        (string)(await admin.CreateAsync("/v1/tenants", new JsonObject { ["key"] = name, ["name"] = name }))["api_key"]!;
}
