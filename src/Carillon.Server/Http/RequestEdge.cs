using Carillon.Storage;

namespace Carillon.Server.Http;

/// <summary>
/// The outermost part of every request: gives it an id, and makes a problem of whatever was refused or failed without one. Logs
/// have the method, the route and the id, never a body or a header.
/// </summary>
internal sealed partial class RequestEdge(RequestDelegate next, ILogger<RequestEdge> logger, TimeProvider time)
{
    private const string Header = "X-Request-Id";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(Header, out var given) && given is [{ Length: > 0 and <= 128 } id] && !id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            context.TraceIdentifier = id;
        context.Response.Headers[Header] = context.TraceIdentifier;

        var start = logger.IsEnabled(LogLevel.Debug) ? time.GetTimestamp() : 0;

        try
        {
            await next(context);
            var response = context.Response;
            if (response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null)
                Problem.OfStatus(response.StatusCode).WriteTo(context);
        }
        catch (BadHttpRequestException e)
        {
            Answer(context, e.StatusCode switch
            {
                413 => Problem.TooLarge(RequestBody.LimitOf(context)),
                503 => Problem.Unavailable(e.Message, LargeBodySlots.RetryAfter),
                var status => Problem.OfStatus(status),
            });
        }
        catch (StorageUnavailableException e)
        {
            LogUnavailable(context.Request.Method, Route(context), context.TraceIdentifier, e.Message);
            Answer(context, Problem.Unavailable("The store cannot be used at the moment; it may recover by itself.", TimeSpan.FromSeconds(1)));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The caller has gone: nobody is left to answer.
            context.Response.StatusCode = 499;
        }
        catch (Exception e)
        {
            LogFailed(e, context.Request.Method, Route(context), context.TraceIdentifier);
            Answer(context, Problem.OfStatus(500));
        }

        if (start != 0)
            LogAnswered(context.Request.Method, Route(context), context.Response.StatusCode, time.GetElapsedTime(start).TotalMilliseconds, context.TraceIdentifier);
    }

    private static void Answer(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer has left: only breaking the connection tells the caller.
            context.Abort();
            return;
        }

        problem.WriteTo(context);
    }

    private static string Route(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "?";

    [LoggerMessage(LogLevel.Debug, "{Method} {Route}: {Status} after {Milliseconds:F1} ms (request {RequestId})")]
    private partial void LogAnswered(string method, string route, int status, double milliseconds, string requestId);

    [LoggerMessage(LogLevel.Error, "{Method} {Route} failed (request {RequestId})")]
    private partial void LogFailed(Exception exception, string method, string route, string requestId);

    [LoggerMessage(LogLevel.Warning, "{Method} {Route}: the store is unavailable: {Reason} (request {RequestId})")]
    private partial void LogUnavailable(string method, string route, string requestId, string reason);
}
