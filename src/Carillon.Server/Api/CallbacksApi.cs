using Carillon.Callbacks;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>
/// <c>/callbacks/{provider}</c>: where vendors report. No API key: each request is believed only by its vendor's signature, which the
/// provider's gateway checks. Answered once it is durably stored.
/// </summary>
internal sealed partial class CallbacksApi(CarillonEngine engine, ServerOptions options, TimeProvider time, ILogger<CallbacksApi> logger)
{
    /// <summary>Inbound mail comes whole.</summary>
    private const long MaxBytes = 10 << 20;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/callbacks/{provider}/{**rest}", ["POST", "GET"], (RequestDelegate)ReceiveAsync).ExcludeFromDescription();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        if (!PublicId.TryParse(PublicId.Provider, (string?)context.Request.RouteValues["provider"], out var provider) || !engine.Callbacks.Takes(provider))
        {
            NotFound(context);
            return;
        }

        var body = await RequestBody.ReadAsync(context, MaxBytes);
        CallbackAnswer answer;
        try
        {
            answer = await engine.Callbacks.ReceiveAsync(provider, RequestOf(context, body.Memory), context.RequestAborted);
        }
        finally
        {
            body.Release();
        }

        switch (answer)
        {
            case CallbackAnswer.Answered answered:
                context.Response.StatusCode = (int)answered.Status;
                context.Response.ContentType = answered.ContentType ?? "text/plain; charset=utf-8";
                await context.Response.WriteAsync(answered.Body ?? "", context.RequestAborted);
                break;
            case CallbackAnswer.Refused refused:
                LogRefused(refused.Provider, refused.Why, context.TraceIdentifier);
                Problem.Unauthorized("This is not signed as the provider's vendor signs.").WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private CallbackRequest RequestOf(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var request = context.Request;
        var pathAndQuery = request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
        // Behind a proxy only the operator knows how the vendor reached us; signatures cover that address.
        var origin = options.PublicUrl ?? new Uri($"{request.Scheme}://{request.Host.ToUriComponent()}");
        return new CallbackRequest
        {
            Method = request.Method,
            Url = new Uri(origin.AbsoluteUri.TrimEnd('/') + pathAndQuery),
            Headers = request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body,
            ReceivedAt = time.GetUtcNow(),
        };
    }

    private static void NotFound(HttpContext context) => Problem.NotFound("No provider takes callbacks at this address.").WriteTo(context);

    [LoggerMessage(LogLevel.Warning, "A callback for provider {Provider} was refused: {Why} (request {RequestId})")]
    private partial void LogRefused(string provider, string why, string requestId);
}
