using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Load;

public sealed class RestartTests
{
    private const int Timeout = 180_000;

    [Fact(Timeout = Timeout)]
    public async Task A_stop_lets_what_is_under_way_end_and_the_next_start_sends_the_rest_once()
    {
        const int count = 3000;
        using var data = new DataDirectory();
        await using var sink = new SmtpSink(s => s.Moment == SmtpMoment.FinalDot ? new SmtpAct.Wait(TimeSpan.FromMilliseconds(30)) : null);
        // A window of 1,000: some wait in memory, some in the store.
        var setup = new ServerSetup(data.Path) { Environment = { ["CARILLON_WINDOW"] = "1000" } };
        for (var life = 1; ; life++)
        {
            await using var server = await ServerProcess.StartAsync(setup);
            using var api = server.CreateApi();
            if (life == 1)
            {
                await api.CreateAsync("/v1/providers", Bodies.Smtp(sink.Port, connections: 8, finalSeconds: 60));
                var batch = new JsonArray([.. Enumerable.Range(0, count).Select(i => Bodies.Mail($"drain{i}@stop.example").With("on_unknown", i % 2 == 0 ? "stop" : "resend"))]);
                Assert.Equal(count, (int)(await api.PostAsync("/v1/notifications/batch", batch)).Success()["accepted"]!);
            }

            if (life == 4)
            {
                sink.Script = _ => null;
                await api.WaitUntilEmptyAsync();
                Assert.All(await api.MessagesAsync(), m => Assert.Equal("sent", (string?)m["status"]));
                break;
            }

            var before = sink.Count;
            await Eventually.TrueAsync(() => sink.Count > before + 50, "some to be sent");
            await server.TerminateAsync();
            Assert.True(server.ExitCode == 0, $"It ended with {server.ExitCode}:\n{server.Output}");
            Assert.InRange(sink.Count, before + 50, count - 1);
        }

        Assert.Equal(count, sink.Count);
        Assert.Equal(count, sink.CountByRecipient().Count);
    }

    [Theory(Timeout = Timeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_keeps_templates_providers_keys_contacts_and_scheduled_messages(bool killed)
    {
        using var data = new DataDirectory();
        await using var sink = new SmtpSink(keepContent: true);
        var setup = new ServerSetup(data.Path);
        string later, tenantKey;
        await using (var first = await ServerProcess.StartAsync(setup))
        {
            using var api = first.CreateApi();
            await api.CreateAsync("/v1/providers", Bodies.Smtp(sink.Port));
            tenantKey = (string)(await api.CreateAsync("/v1/tenants", new JsonObject { ["key"] = "acme", ["name"] = "Acme" }))["api_key"]!;
            using var acme = first.CreateApi(tenantKey);
            await acme.CreateAsync("/v1/templates", Bodies.Template("welcome", "Welcome {{ name }}", "Dear {{ name }}, you were stored.", Bodies.Variable("name")));
            var due = TimeProvider.System.GetUtcNow().AddSeconds(6).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
            later = await acme.SendAsync(Templated("ana").With("recipient", new JsonObject { ["id"] = "ana", ["email"] = "ana@keep.example" }).With("scheduled_at", due));
            Assert.Equal("scheduled", (string?)(await acme.MessageAsync(later))["status"]);
            if (killed) first.Kill();
            else await first.TerminateAsync();
        }

        await using var second = await ServerProcess.StartAsync(setup);
        using var again = second.CreateApi(tenantKey);
        var now = await again.SendAsync(Templated("ana"));
        await again.WaitForAsync(now, "sent");
        await again.WaitForAsync(later, "sent");

        Assert.Equal(2, sink.CountOf("ana@keep.example"));
        Assert.All(sink.Mails, m => Assert.Contains("Dear Ana, you were stored.", System.Text.Encoding.UTF8.GetString(m.Content), StringComparison.Ordinal));
        // The first start's key was printed once: this one printed none.
        Assert.DoesNotContain("ck_", second.Output, StringComparison.Ordinal);
        using var admin = second.CreateApi();
        Assert.Equal("sink", (string?)(await admin.ReadAsync("/v1/providers"))["data"]![0]!["name"]);

        static JsonObject Templated(string recipient) => new()
        {
            ["recipient_id"] = recipient,
            ["template_id"] = "welcome",
            ["template_variables"] = new JsonObject { ["name"] = "Ana" },
        };
    }
}
