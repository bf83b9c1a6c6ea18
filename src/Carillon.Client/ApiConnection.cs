using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Carillon.Client;

/// <summary>Makes calls, with the repetitions that they allow, and turns refusals into exceptions.</summary>
internal sealed class ApiConnection(HttpClient http, CarillonClientOptions options)
{
    private const string ProblemType = "application/problem+json";

    /// <summary>A key that nobody else makes, for a call that the caller gave none.</summary>
    public string NewIdempotencyKey() => Guid.CreateVersion7(options.Time.GetUtcNow()).ToString("N");

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        SendAsync(new ApiCall(HttpMethod.Get, path), answer, cancellationToken);

    /// <summary>Every item of a list, page by page.</summary>
    /// <param name="page">The address of the page after a cursor; of the first for null.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(
        Func<string?, string> page, JsonTypeInfo<Page<T>> answer, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var found = await GetAsync(page(after), answer, cancellationToken).ConfigureAwait(false);
            foreach (var item in found.Data) yield return item;
            after = found.Next;
        }
        while (after is not null);
    }

    public async Task<T> SendAsync<T>(ApiCall call, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        using var response = await RepeatAsync(call, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For answers that are no JSON.</summary>
    public async Task<T> GetAsync<T>(string path, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var response = await RepeatAsync(new ApiCall(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        return await read(response.Content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For calls whose answer is empty.</summary>
    public async Task SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var response = await RepeatAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One attempt, whatever it answers: for what says by its status what others say by a problem.</summary>
    public async Task<(HttpStatusCode Status, T Answer)> ProbeAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        using var response = await AttemptAsync(new ApiCall(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType == ProblemType) throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
        return (response.StatusCode, await ReadAsync(response, answer, cancellationToken).ConfigureAwait(false));
    }

    private async Task<HttpResponseMessage> RepeatAsync(ApiCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                var response = await AttemptAsync(call, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return response;
                // What an earlier attempt deleted, whose answer was lost, is gone: that is what was asked for.
                if (attempt > 1 && call.Method == HttpMethod.Delete && response.StatusCode == HttpStatusCode.NotFound) return response;
                using (response)
                {
                    var refusal = await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
                    if (attempt > options.MaxRetries || refusal.RetryAfter > options.MaxRetryAfter || !RetrySchedule.MayPass(call, refusal)) throw refusal;
                    asked = refusal.RetryAfter;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException && attempt <= options.MaxRetries && RetrySchedule.MayRepeat(call, e))
            {
                // The answer is lost, and so is what it would have said: the next attempt will tell.
            }

            await Task.Delay(RetrySchedule.Wait(options, attempt, asked), options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(call.Method, call.Path);
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
        }

        if (call.IdempotencyKey is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", call.IdempotencyKey);
        if (call.IfMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", call.IfMatch);
        using var patience = new CancellationTokenSource(options.AttemptTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            // The answer is read whole here, so that one that breaks off counts as one that did not come.
            return await http.SendAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{http.BaseAddress} did not answer in time ({options.AttemptTimeout}).", e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await JsonSerializer.DeserializeAsync(stream, answer, cancellationToken).ConfigureAwait(false)
                ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new HttpRequestException(
                $"{response.RequestMessage?.RequestUri} answered what this client cannot read: is it a Carillon server? {e.Message}", e, response.StatusCode);
        }
    }

    private async Task<CarillonApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => Later(date - options.Time.GetUtcNow()),
            _ => (TimeSpan?)null,
        };
        ApiProblem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == ProblemType)
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                problem = await JsonSerializer.DeserializeAsync(stream, CarillonJson.Default.ApiProblem, cancellationToken).ConfigureAwait(false);
            }
            catch (JsonException)
            {
                // Then the status has to speak for itself.
            }
        }

        problem ??= new ApiProblem
        {
            Status = (int)response.StatusCode,
            Title = FormattableString.Invariant($"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode} {response.ReasonPhrase}."),
        };
        return new CarillonApiException(response.StatusCode, problem, retryAfter);

        static TimeSpan Later(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
