using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Carillon.Server.Tests.Clients;

/// <summary>A server on a real socket that answers as it is told, request by request, and keeps what it was asked.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    private ScriptedApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var (request, text) = (context.Request, System.Text.Encoding.UTF8.GetString(body.ToArray()));
            _seen.Enqueue(new SeenRequest(request.Method, request.Path + request.QueryString, request.Headers["Idempotency-Key"].ToString(), text)
            {
                IfMatch = request.Headers.IfMatch.ToString(),
            });
            if (_script.TryDequeue(out var answer)) await answer(context);
            else context.Response.StatusCode = 418;
        });
    }

    public Uri Address => new(_app.Urls.First());

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    public static async Task<ScriptedApi> StartAsync()
    {
        var api = new ScriptedApi();
        await api._app.StartAsync(TestContext.Current.CancellationToken);
        return api;
    }

    public ScriptedApi Then(int status, string body = "", string contentType = "application/json", string? retryAfter = null)
    {
        _script.Enqueue(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
            return context.Response.WriteAsync(body);
        });
        return this;
    }

    /// <summary>Takes the request and breaks off without an answer.</summary>
    public ScriptedApi ThenBreaksOff()
    {
        _script.Enqueue(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        return this;
    }

    /// <summary>Takes the request and does not answer until the caller gives up.</summary>
    public ScriptedApi ThenKeepsSilent()
    {
        _script.Enqueue(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        return this;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed record SeenRequest(string Method, string Path, string IdempotencyKey, string Body)
    {
        public string IfMatch { get; init; } = "";
    }
}

/// <summary>A clock on which waits end at once and are written down; only the patience with an attempt is real.</summary>
internal sealed class HurriedTime(TimeSpan patience) : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == patience || dueTime == Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
        _waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
