using System.Net.Http.Headers;
using System.Reflection;

namespace Carillon.Client;

/// <summary>
/// A Carillon server, as a .NET program sees it. Make one and keep it: it is thread-safe and pools its connections. Every call takes a
/// token; every refusal is a <see cref="CarillonApiException"/>, and a server that cannot be reached an <see cref="HttpRequestException"/>,
/// or a <see cref="TimeoutException"/> when it did not answer in time, both after the repetitions that <see cref="CarillonClientOptions"/> allow.
/// </summary>
public sealed class CarillonClient : IDisposable
{
    private static readonly ProductInfoHeaderValue Product = new(
        "carillon-dotnet", typeof(CarillonClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");

    private readonly HttpClient? _own;

    /// <param name="server">Where the server listens, such as <c>https://carillon.example.net</c>; a path in it is kept.</param>
    /// <param name="apiKey"><c>ck_…</c>.</param>
    public CarillonClient(Uri server, string apiKey, CarillonClientOptions? options = null)
        : this(Connect(server, apiKey), options, own: true)
    {
    }

    /// <summary>
    /// Goes by an <see cref="HttpClient"/> of the caller's, from a factory for example, which has base address and <c>Authorization</c>. It is not
    /// disposed of. Its <see cref="HttpClient.Timeout"/> holds for each attempt beside <see cref="CarillonClientOptions.AttemptTimeout"/>.
    /// </summary>
    public CarillonClient(HttpClient http, CarillonClientOptions? options = null)
        : this(http, options, own: false)
    {
    }

    private CarillonClient(HttpClient http, CarillonClientOptions? options, bool own)
    {
        var checkedOptions = options ?? new CarillonClientOptions();
        if (checkedOptions.Check() is { Count: > 0 } faults) throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(options));
        if (http.BaseAddress is null) throw new ArgumentException("The client has no base address: it does not know where the server is.", nameof(http));
        if (own) _own = http;
        var api = new ApiConnection(http, checkedOptions);
        Notifications = new NotificationsClient(api, checkedOptions);
        Batches = new BatchesClient(api);
        Messages = new MessagesClient(api);
        Attachments = new AttachmentsClient(api);
        Templates = new TemplatesClient(api);
        Providers = new ProvidersClient(api);
        Senders = new SendersClient(api);
        WebhookEndpoints = new WebhookEndpointsClient(api);
        Routing = new RoutingClient(api);
        Stops = new StopsClient(api);
        Simulator = new SimulatorClient(api);
        Keys = new KeysClient(api);
        Encryption = new EncryptionClient(api);
        Tenants = new TenantsClient(api);
        Alerts = new AlertsClient(api);
        Counters = new CountersClient(api);
        Operations = new OperationsClient(api);
    }

    public NotificationsClient Notifications { get; }

    public BatchesClient Batches { get; }

    public MessagesClient Messages { get; }

    public AttachmentsClient Attachments { get; }

    public TemplatesClient Templates { get; }

    public ProvidersClient Providers { get; }

    public SendersClient Senders { get; }

    /// <summary>Endpoints of webhooks that are gone.</summary>
    public WebhookEndpointsClient WebhookEndpoints { get; }

    /// <summary>By which rules messages find their provider.</summary>
    public RoutingClient Routing { get; }

    /// <summary>What is stopped in an emergency.</summary>
    public StopsClient Stops { get; }

    public SimulatorClient Simulator { get; }

    public KeysClient Keys { get; }

    public EncryptionClient Encryption { get; }

    public TenantsClient Tenants { get; }

    /// <summary>What operators should know of.</summary>
    public AlertsClient Alerts { get; }

    public CountersClient Counters { get; }

    /// <summary>The queue, the nodes, the figures, and the server's health.</summary>
    public OperationsClient Operations { get; }

    public void Dispose() => _own?.Dispose();

    private static HttpClient Connect(Uri server, string apiKey)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        var address = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        // A long-lived client must notice when a name moves to another address. Redirects would carry the key elsewhere.
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        var http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        http.DefaultRequestHeaders.UserAgent.Add(Product);
        return http;
    }
}
