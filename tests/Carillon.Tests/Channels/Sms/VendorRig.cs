using System.Text;
using Carillon.Channels;
using Carillon.Channels.Http;
using Carillon.Channels.Simulator;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Sms;

/// <summary>A vendor's gateway against a server that answers as a test says, and its callbacks.</summary>
internal sealed class VendorRig : IAsyncDisposable
{
    public const string CallbackUrl = "https://notify.example.net/callbacks/prv_1";

    private bool _isClosed;

    private VendorRig(IGateway gateway, LoopbackHttpServer server, Provider provider) => (Gateway, Server, Provider) = (gateway, server, provider);

    public IGateway Gateway { get; }

    public LoopbackHttpServer Server { get; }

    public Provider Provider { get; }

    public static string MessageId => PublicId.Format(PublicId.Message, Sample.Id(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="settings">Of the provider, without its URL.</param>
    /// <param name="urlName">What the setting of the URL is called.</param>
    /// <param name="path">Of the URL.</param>
    public static VendorRig Of(
        GatewayKind kind, string settings, string credentials, HttpReply reply, bool hasCallbacks = true, Channel channel = Channel.Sms, string urlName = "base_url", string path = "/")
    {
        var server = new LoopbackHttpServer(reply);
        settings = settings.TrimEnd().TrimEnd('}') + $", \"{urlName}\": \"{server.Url}{path}\" }}";
        Assert.Empty(kind.Check(Sample.Settings(settings, credentials, channel)));
        var provider = Sample.Provider(kind.Name, settings, credentials, channel: channel);
        var services = new GatewayServices(new ManualTime(), new SimulatorOutbox());
        if (hasCallbacks) services = services with { CallbackUrl = _ => new Uri(CallbackUrl) };
        return new VendorRig(kind.Create(provider, services), server, provider);
    }

    public ValueTask<SendResult> SendAsync(string text = "Su cita es a las 10", string to = "+525512345678", string? from = null) =>
        Gateway.SendAsync(Sample.Message(Provider, address: to, subject: "", text: text, from: from), Token);

    /// <summary>The one request that was sent, its form's fields read.</summary>
    public (ReceivedRequest Request, FormFields Fields) Received()
    {
        var request = Assert.Single(Server.Requests);
        return (request, FormFields.OfBody(request.Body));
    }

    public async Task<CallbackVerdict> VerifyAsync(CallbackRequest request) => await ((ICallbackReceiver)Gateway).VerifyAsync(request, Token);

    public async Task<CallbackVerdict> AssertGenuineAsync(CallbackRequest request) => Assert.IsType<CallbackVerdict.Genuine>(await VerifyAsync(request));

    public async Task AssertRefusedAsync(CallbackRequest request) => Assert.IsType<CallbackVerdict.Refused>(await VerifyAsync(request));

    public CallbackEvent.Receipt Receipt(CallbackRequest request) => Assert.IsType<CallbackEvent.Receipt>(Assert.Single(Read(request)));

    public CallbackEvent.Inbound Inbound(CallbackRequest request) => Assert.IsType<CallbackEvent.Inbound>(Assert.Single(Read(request)));

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) => ((ICallbackReceiver)Gateway).Read(request);

    public static CallbackRequest Callback(string body, string contentType = RequestContent.Form, string url = CallbackUrl, params (string Name, string Value)[] headers) => new()
    {
        Method = body.Length == 0 ? "GET" : "POST",
        Url = new Uri(url),
        Headers = headers.Append(("Content-Type", contentType)).ToDictionary(h => h.Item1, h => h.Item2, StringComparer.OrdinalIgnoreCase),
        Body = Encoding.UTF8.GetBytes(body),
        ReceivedAt = Sample.Time,
    };

    /// <summary>Nobody listens from now on.</summary>
    public async ValueTask CloseServerAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        await Server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await CloseServerAsync();
    }
}
