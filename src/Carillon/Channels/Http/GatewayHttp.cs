using System.Net;
using Carillon.Channels.Exchanges;

namespace Carillon.Channels.Http;

/// <summary>
/// HTTP for gateways: one request, one answer of bounded size, never an exception for what is expected to fail. Connections are kept
/// and shared by every gateway under the same guard. Redirects are not followed, no proxy is used, no cookie kept. Thread-safe.
/// </summary>
internal sealed class GatewayHttp : IDisposable
{
    /// <summary>For one request and its answer, unless a provider's settings say otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>To one host, of all providers together; further requests wait within their time.</summary>
    public const int MaxConnectionsPerServer = 256;

    /// <summary>Some gateways refuse who does not say who they are.</summary>
    private const string UserAgent = "Carillon";

    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _invoker;
    private readonly AsyncLocal<Departure?> _departures;
    private readonly ExchangeRecorder? _recorder;

    /// <param name="resolve">From a host name to its addresses; the system's resolver when null.</param>
    public GatewayHttp(AddressGuard guard, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _time = time;
        _departures = new AsyncLocal<Departure?>();
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy's address would be judged in place of the one it connects to.
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = new GuardedConnector(guard, time, resolve ?? Dns.GetHostAddressesAsync).ConnectAsync,
            // With the TLS handshake.
            ConnectTimeout = GuardedConnector.Timeout * 2,
            PlaintextStreamFilter = (context, _) => new(new DepartingStream(context.PlaintextStream, _departures)),
            MaxConnectionsPerServer = MaxConnectionsPerServer,
            // Below the idle times of common servers, so that a request seldom meets a connection that is just being closed.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            // Names may come to mean other addresses.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = HttpAnswer.MaxBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        });
    }

    private GatewayHttp(GatewayHttp of, ExchangeRecorder recorder) =>
        (_time, _invoker, _departures, _recorder) = (of._time, of._invoker, of._departures, recorder);

    /// <summary>The same over the same connections, with every exchange told to a recorder. Not to be disposed.</summary>
    public GatewayHttp RecordedBy(ExchangeRecorder recorder) => new(this, recorder);

    /// <summary>
    /// Sends a request and reads its answer. Disposing the answer gives its memory back; the request is the caller's to dispose.
    /// </summary>
    /// <param name="timeout">For everything from the connection to the answer's last byte.</param>
    public async ValueTask<HttpAnswer> SendAsync(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var departure = new Departure();
        _departures.Value = departure;
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (!request.Headers.NonValidated.Contains("User-Agent")) request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token) : null;
        var token = either?.Token ?? limit.Token;
        var recording = _recorder?.Begin(request);
        try
        {
            using var response = await _invoker.SendAsync(request, token);
            var answer = await HttpAnswer.ReadAsync(response, _time, token);
            recording?.Answered(answer, response);
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            var failure = HttpFailure.Describe(e, request.RequestUri!, departure.HasBegun, cancellationToken.IsCancellationRequested);
            recording?.Failed(failure.Answer!);
            return HttpAnswer.None(failure);
        }
    }

    public void Dispose() => _invoker.Dispose();
}
