using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>A whole estate of vendors' own gateways, rehearsed: nothing is set up but the providers.</summary>
public sealed class RehearsalApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_message_fails_over_from_one_vendor_to_the_next_and_its_delivery_is_known()
    {
        await AddAsync("first", "sms", 10, """{ "vendor": "twilio", "outage": true }""");
        await AddAsync("second", "sms", 20, """{ "vendor": "messagebird", "receipt_delay_ms": 0 }""");

        var message = await DeliveredAsync("""{"recipient":{"phone":"+525512345678"},"channel":"sms","message":"Hola"}""");

        var attempts = message.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("outcome").GetString());
        Assert.Equal(["unavailable", "accepted"], attempts);
    }

    [Fact]
    public async Task What_a_vendor_took_is_listed_by_the_providers_id_and_a_person_answers()
    {
        var provider = await AddAsync("twilio", "sms", 10, """{ "vendor": "twilio", "receipt_delay_ms": 0 }""");
        await DeliveredAsync("""{"recipient":{"id":"ana","phone":"+525512345678"},"channel":"sms","message":"Hola"}""");
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin));

        // A report is noted once its callback has ended, the delivery within it.
        var list = await UntilAsync($"/v1/simulator/vendors/{provider}/messages", l => l.GetProperty("data")[0].GetProperty("reports").GetArrayLength() == 2);
        var taken = Assert.Single(list.GetProperty("data").EnumerateArray());
        using var reply = await PostAsync($"/v1/simulator/vendors/{provider}/replies", """{"from":"+525512345678","to":"+15557122661","text":"Sí"}""");

        Assert.Equal(["sent: called back", "delivered: called back"], taken.GetProperty("reports").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal("""{"callback":"called back"}""", await reply.Content.ReadAsStringAsync(Token));
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync("/v1/simulator/vendors/prv_00000000000000000000000000/messages", Token)).StatusCode);
    }

    [Fact]
    public async Task Mail_goes_through_a_mail_server_with_TLS_and_login()
    {
        await AddAsync("relay", "email", 10, """{ "vendor": "smtp", "from": "shop@example.com" }""");

        await PostAsync("/v1/notifications", """{"recipient":{"email":"ana@example.net"},"channel":"email","subject":"s","message":"m"}""");

        var sent = await UntilAsync("/v1/messages", list => list.GetProperty("data")[0].GetProperty("status").GetString() == "sent");
        Assert.Equal("ana@example.net", sent.GetProperty("data")[0].GetProperty("address").GetString());
    }

    private async Task<string> AddAsync(string name, string channel, int priority, string settings)
    {
        using var made = await PostAsync("/v1/providers", $$"""{"name":"{{name}}","channel":"{{channel}}","kind":"simulator","priority":{{priority}},"settings":{{settings}}}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (await ApiHost.JsonAsync(made)).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> DeliveredAsync(string notification)
    {
        using var accepted = await PostAsync("/v1/notifications", notification);
        var id = (await ApiHost.JsonAsync(accepted)).GetProperty("messages")[0].GetProperty("id").GetString();
        return await UntilAsync($"/v1/messages/{id}", m => m.GetProperty("status").GetString() == "delivered");
    }

    private async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var found = await GetAsync(path);
            if (condition(found)) return found;
            await timer.WaitForNextTickAsync(Token);
        }
    }

    private async Task<JsonElement> GetAsync(string path) => await ApiHost.JsonAsync(await _host.Client.GetAsync(path, Token));

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Token);
}
