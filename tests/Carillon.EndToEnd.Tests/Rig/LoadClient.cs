using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>
/// Sends notifications to unique recipients, single and in batches, and remembers which of them were answered 202. A request whose
/// answer was lost is sent again, alike and with the same Idempotency-Key, until it is answered.
/// </summary>
/// <param name="pace">Between two requests of one sender.</param>
/// <param name="domain">Of the recipients: clients that send at once have one each.</param>
/// <param name="make">The notifications of the request of a number, from 1; mails of all kinds unless given.</param>
internal sealed class LoadClient(
    ServerSetup setup, int seed, TimeSpan pace, string domain = "load.example", Func<int, IReadOnlyList<JsonObject>>? make = null) : IDisposable
{
    private const int OrdinaryBatch = 40;

    // Beyond what the server commits at once, so that a kill can leave half of a batch behind.
    private const int LargeBatch = 1500;

    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{setup.Port}"), Timeout = TimeSpan.FromSeconds(20) };
    private readonly ConcurrentQueue<Request> _unanswered = new();
    private readonly ConcurrentDictionary<string, string> _accepted = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _surprises = new();
    private int _requests;
    private int _repeated;
    private int _replayed;

    /// <summary>Recipient to id of the message, of all that were answered 202.</summary>
    public IReadOnlyDictionary<string, string> Accepted => _accepted;

    /// <summary>After so many different requests its senders are done.</summary>
    public int MostRequests { get; init; } = int.MaxValue;

    /// <summary>Called for each message with its recipient and id, as soon as it was answered 202.</summary>
    public Action<string, string> Promised { get; init; } = static (_, _) => { };

    /// <summary>Answers that a good request must not get.</summary>
    public IReadOnlyCollection<string> Surprises => _surprises;

    /// <summary>Requests that were sent again since their answer was lost.</summary>
    public int Repeated => _repeated;

    /// <summary>Of those, how many the server knew already.</summary>
    public int Replayed => _replayed;

    public int Unanswered => _unanswered.Count;

    public static bool IsStop(string recipient) => recipient.StartsWith("stop", StringComparison.Ordinal);

    /// <summary>Sends with so many senders at once until the token says stop, or the server goes away. Then all are back.</summary>
    public Task RunAsync(int senders, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(() => SendUntilAsync(stop), CancellationToken.None)));

    /// <summary>Sends again what has no answer yet, and nothing new.</summary>
    public async Task RepeatAsync()
    {
        while (_unanswered.TryDequeue(out var request))
        {
            if (!await TrySendAsync(request)) return;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task SendUntilAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(pace, TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            if (!_unanswered.TryDequeue(out var request))
            {
                var number = Interlocked.Increment(ref _requests);
                if (number > MostRequests) return;
                request = Make(number);
            }

            if (!await TrySendAsync(request)) return;
        }
    }

    private Request Make(int number)
    {
        var bodies = make?.Invoke(number) ?? Mails(number);
        var recipients = bodies.Select(b => (string)(b["recipient"]!["email"] ?? b["recipient"]!["phone"])!).ToArray();
        return new Request(recipients, $"load-{domain}-{seed}-{number}", bodies.Count == 1 ? bodies[0].ToJsonString() : new JsonArray([.. bodies]).ToJsonString());
    }

    private List<JsonObject> Mails(int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        // Half are single; half of all may not be sent twice.
        var count = random.Next(2) == 0 ? 1 : random.Next(60) == 0 ? LargeBatch : random.Next(2, OrdinaryBatch);
        var kind = random.Next(2) == 0 ? "stop" : "again";
        return [.. Enumerable.Range(0, count).Select(i => Bodies.Mail($"{kind}.{number}.{i}@{domain}").With("on_unknown", kind == "stop" ? "stop" : "resend"))];
    }

    /// <summary>False when the server is not there; the request is kept then.</summary>
    private async Task<bool> TrySendAsync(Request request)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, request.IsBatch ? "/v1/notifications/batch" : "/v1/notifications");
            message.Headers.Authorization = new("Bearer", setup.Key);
            message.Headers.Add("Idempotency-Key", request.Key);
            message.Content = new StringContent(request.Body, System.Text.Encoding.UTF8, "application/json");
            using var response = await _http.SendAsync(message, CancellationToken.None);
            var text = await response.Content.ReadAsStringAsync(CancellationToken.None);
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict)
            {
                // Not now: nothing of it is promised.
                _unanswered.Enqueue(request);
                return true;
            }

            if (response.Headers.Contains("Idempotent-Replayed")) Interlocked.Increment(ref _replayed);
            Remember(request, response.StatusCode, text);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Interlocked.Increment(ref _repeated);
            _unanswered.Enqueue(request);
            return false;
        }
    }

    private void Remember(Request request, HttpStatusCode status, string text)
    {
        if (status != HttpStatusCode.Accepted)
        {
            _surprises.Enqueue($"{(int)status} {text}");
            return;
        }

        var json = JsonNode.Parse(text)!;
        var results = request.IsBatch ? json["results"]!.AsArray() : new JsonArray(json);
        if (results.Count != request.Recipients.Length) _surprises.Enqueue($"{results.Count} results for {request.Recipients.Length}: {text}");
        for (var i = 0; i < Math.Min(results.Count, request.Recipients.Length); i++)
        {
            if (results[i]!["messages"]?[0] is not { } message || (string?)message["address"] != request.Recipients[i])
                _surprises.Enqueue($"{request.Recipients[i]}: {results[i]?.ToJsonString()}");
            else if (!_accepted.TryAdd(request.Recipients[i], (string)message["id"]!))
                _surprises.Enqueue($"{request.Recipients[i]} was accepted twice.");
            else
                Promised(request.Recipients[i], (string)message["id"]!);
        }
    }

    private sealed record Request(string[] Recipients, string Key, string Body)
    {
        public bool IsBatch => Recipients.Length > 1;
    }
}
