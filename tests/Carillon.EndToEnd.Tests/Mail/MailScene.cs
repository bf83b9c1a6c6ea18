using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Mail;

/// <summary>A server that delivers to one sink, or to a second one when the first cannot.</summary>
internal sealed class MailScene : IAsyncDisposable
{
    private readonly DataDirectory _data = new();

    private MailScene(SmtpSink sink, SmtpSink? second) => (Sink, Second) = (sink, second);

    public SmtpSink Sink { get; }

    public SmtpSink? Second { get; }

    public ServerProcess Server { get; private set; } = null!;

    public Api Api { get; private set; } = null!;

    /// <param name="attempts">Then a message has had its chances. Retries come at once, so that the tests need not wait for them.</param>
    public static async Task<MailScene> SetAsync(SmtpScript? script, SmtpSink? sink = null, SmtpSink? second = null, int attempts = 3, int connections = 4)
    {
        var scene = new MailScene(sink ?? new SmtpSink(script, keepContent: true), second);
        try
        {
            scene.Server = await ServerProcess.StartAsync(new ServerSetup(scene._data.Path)
            {
                Environment =
                {
                    ["CARILLON_RETRY_MAX_ATTEMPTS"] = attempts.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ["CARILLON_RETRY_BASE_DELAY"] = "10ms",
                    ["CARILLON_RETRY_MAX_DELAY"] = "20ms",
                },
            });
            scene.Api = scene.Server.CreateApi();
            await scene.Api.CreateAsync("/v1/providers", Bodies.Smtp(scene.Sink.Port, "first", 10, connections));
            if (second is not null) await scene.Api.CreateAsync("/v1/providers", Bodies.Smtp(second.Port, "second", 20, connections));
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one mail and waits for its end.</summary>
    public async Task<JsonNode> SendAsync(string address = "one@mail.example", string onUnknown = "resend") =>
        await EndAsync(await Api.SendAsync(Bodies.Mail(address).With("on_unknown", onUnknown)));

    public Task<JsonNode> EndAsync(string id) => Api.WaitForAsync(id, "sent", "failed");

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
        await Sink.DisposeAsync();
        if (Second is not null) await Second.DisposeAsync();
        _data.Dispose();
    }
}
