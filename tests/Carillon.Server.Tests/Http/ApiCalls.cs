using System.Net;
using System.Text;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>How tests call the API where its raw form is the point, and how they speak of refusals.</summary>
internal static class ApiCalls
{
    public static Task<HttpResponseMessage> SendAsync(
        this HttpClient http, string method, string path, string? body = null, string? ifMatch = null, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The faults of a refusal, as <c>field:code</c>.</summary>
    public static async Task<IEnumerable<string>> FaultsAsync(this HttpResponseMessage response) =>
        (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("field")}:{e.GetProperty("code")}");

    /// <summary>The refusal of a call that must be refused.</summary>
    public static Task<CarillonApiException> RefusedAsync(this Task call) => Assert.ThrowsAsync<CarillonApiException>(() => call);

    /// <summary>Its faults, as <c>field:code</c>.</summary>
    public static async Task<IEnumerable<string>> FaultsAsync(this Task call)
    {
        var refusal = await call.RefusedAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Status);
        return refusal.Errors.Select(e => $"{e.Field}:{e.Code}");
    }

    /// <summary>With which status it is refused.</summary>
    public static async Task<HttpStatusCode> StatusAsync(this Task call) => (await call.RefusedAsync()).Status;
}
