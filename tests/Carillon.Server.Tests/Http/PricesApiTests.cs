using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Carillon.Server.Tests.Http;

/// <summary>What messages cost by country, and what is said of those that no provider serves.</summary>
public sealed class PricesApiTests : IAsyncLifetime
{
    private const string TwoParts =
        "This text is longer than what fits into one short message of one hundred and sixty characters, so that it has to go in two parts, " +
        "each of which is charged by the provider on its own, alas.";

    private EngineHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        var response = await _host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        return await ApiHost.JsonAsync(response);
    }

    private async Task<JsonElement> GetAsync(string path) => await ApiHost.JsonAsync(await _host.Client.GetAsync(path, Cancellation));

    private async Task MakeAsync()
    {
        await PostAsync("/v1/providers", """
            { "name": "world", "channel": "sms", "kind": "simulator", "priority": 1, "countries": [ "MX", "JM", "+4930" ],
              "cost": { "amount": "0.05", "currency": "EUR", "per": "segment", "by_country": { "MX": "0.031", "+1876": "0.12" } } }
            """);
        await PostAsync("/v1/providers", """{ "name": "mexico", "channel": "sms", "kind": "simulator", "priority": 2, "countries": [ "MX" ] }""");
        await PostAsync("/v1/providers", """{ "name": "off", "channel": "sms", "kind": "simulator", "priority": 3, "enabled": false }""");
    }

    private static string Body(string number, string text) => $$"""{ "recipient": { "phone": "{{number}}" }, "channel": "sms", "message": "{{text}}" }""";

    [Fact]
    public async Task Prices_by_country_are_kept_as_they_were_given()
    {
        await MakeAsync();

        var cost = (await GetAsync("/v1/providers")).GetProperty("data")[0].GetProperty("cost");

        Assert.Equal("""{"amount":"0.05","currency":"EUR","per":"segment","by_country":{"MX":"0.031","+1876":"0.12"}}""", cost.GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("+525512345678", "0.031", "0.062")]
    [InlineData("+18765551234", "0.12", "0.24")]
    [InlineData("+4930123456", "0.05", "0.10")]
    public async Task A_preview_forecasts_the_cost_by_number_and_segments(string number, string price, string cost)
    {
        await MakeAsync();

        var preview = await PostAsync("/v1/notifications/preview", Body(number, TwoParts));

        var message = preview.GetProperty("messages")[0];
        var world = message.GetProperty("providers")[0];
        Assert.Equal(("GSM-7", 2), (message.GetProperty("encoding").GetString(), message.GetProperty("segments").GetInt32()));
        Assert.Equal((cost, "EUR"), (message.GetProperty("cost").GetString(), message.GetProperty("currency").GetString()));
        Assert.Equal(("serves", price, "segment", cost), (Text(world, "why"), Text(world, "price"), Text(world, "per"), Text(world, "cost")));
        Assert.Equal($"It would be tried first, for {decimal.Parse(cost, CultureInfo.InvariantCulture):0.###} EUR.", Text(world, "words"));
        var forecast = preview.GetProperty("forecast");
        Assert.Equal(0, forecast.GetProperty("unpriced").GetInt32());
        Assert.Equal((cost, "EUR"), (Text(forecast.GetProperty("costs")[0], "amount"), Text(forecast.GetProperty("costs")[0], "currency")));
    }

    [Fact]
    public async Task A_preview_shows_every_provider_in_order_with_why()
    {
        await MakeAsync();
        var unserved = await PostAsync("/v1/notifications/preview", Body("+4915112345678", "Hello"));
        var message = unserved.GetProperty("messages")[0];

        Assert.Equal(
            [
                ("world", "not_served", "It does not serve this number: MX, JM, +4930 alone."), ("mexico", "not_served", "It does not serve this number: MX alone."),
                ("off", "disabled", "It is disabled."),
            ],
            message.GetProperty("providers").EnumerateArray().Select(p => (Text(p, "name"), Text(p, "why"), Text(p, "words"))));
        Assert.Equal(JsonValueKind.Null, message.GetProperty("provider_id").ValueKind);
        Assert.Equal(1, unserved.GetProperty("forecast").GetProperty("unpriced").GetInt32());

        await _host.Client.PutAsync("/v1/stops", new StringContent("""{ "channels": [ "sms" ] }""", Encoding.UTF8, "application/json"), Cancellation);
        var stopped = await PostAsync("/v1/notifications/preview", Body("+525512345678", "Hello"));
        Assert.Equal(["stopped", "stopped", "disabled"], stopped.GetProperty("messages")[0].GetProperty("providers").EnumerateArray().Select(p => Text(p, "why")));
    }

    [Fact]
    public async Task A_message_that_waits_for_a_provider_says_so_and_one_that_went_says_what_it_cost()
    {
        await MakeAsync();
        var unserved = await SendAsync("+4915112345678", "Hello");
        var sent = await SendAsync("+525512345678", TwoParts);

        var waiting = (await UntilAsync(unserved, m => Text(m, "status") == "sending")).GetProperty("waiting");
        Assert.Equal("no_provider", Text(waiting, "why"));
        Assert.Equal(
            "No provider serves +4915112345678 (DE): world: It does not serve this number: MX, JM, +4930 alone. mexico: It does not serve this number: MX alone. off: It is disabled.",
            Text(waiting, "words"));
        Assert.Equal(["world", "mexico", "off"], waiting.GetProperty("providers").EnumerateArray().Select(p => Text(p, "name")));

        var message = await UntilAsync(sent, m => Text(m, "status") is "sent" or "delivered");
        Assert.Equal(("0.062", "EUR", "GSM-7", 2), (Text(message, "cost"), Text(message, "currency"), Text(message, "encoding"), message.GetProperty("segments").GetInt32()));
        Assert.Equal(JsonValueKind.Null, message.GetProperty("waiting").ValueKind);
        Assert.All(message.GetProperty("trace").EnumerateArray(), line => Assert.EndsWith(".", Text(line, "words"), StringComparison.Ordinal));
        var words = message.GetProperty("trace").EnumerateArray().Select(line => Text(line, "words")!).ToList();
        Assert.Contains("It was rendered, variant content, 2 segments of GSM-7.", words);
        Assert.Contains("world was to send it.", words);
        Assert.Contains(words, w => w.StartsWith("Attempt 1 by world took", StringComparison.Ordinal) && w.EndsWith(", 2 segments at 0.031 EUR = 0.062 EUR.", StringComparison.Ordinal));
        Assert.EndsWith("0.062 EUR.", Text(message.GetProperty("attempts")[0], "words"), StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string number, string text) =>
        (await PostAsync("/v1/notifications", Body(number, text))).GetProperty("messages")[0].GetProperty("id").GetString()!;

    private async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var i = 0; i < 2000; i++)
        {
            var message = await GetAsync("/v1/messages/" + id);
            if (condition(message)) return message;
            await timer.WaitForNextTickAsync(Cancellation);
        }

        throw new TimeoutException("The message did not come to what was awaited.");
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
