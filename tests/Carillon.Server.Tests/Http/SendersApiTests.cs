using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class SendersApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_sender_is_answered_with_its_record_and_found_again_after_a_restart()
    {
        var made = await PostAsync("""{"domain":"Example.net"}""");

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var sender = await ApiHost.JsonAsync(made);
        Assert.Equal(["id", "domain", "selector", "dns_record", "created_at"], sender.EnumerateObject().Select(p => p.Name));
        Assert.Matches("^snd_[0-9a-z]{26}$", Text(sender, "id"));
        Assert.Equal(("example.net", "carillon"), (Text(sender, "domain"), Text(sender, "selector")));
        var record = sender.GetProperty("dns_record");
        Assert.Equal(("carillon._domainkey.example.net", "TXT"), (Text(record, "name"), Text(record, "type")));
        Assert.StartsWith("v=DKIM1; k=rsa; p=MII", Text(record, "value"), StringComparison.Ordinal);
        Assert.Equal("/v1/senders/" + Text(sender, "id"), made.Headers.Location?.ToString());

        await _host.RestartAsync();

        Assert.Equal(sender.GetRawText(), (await GetJsonAsync("/v1/senders/" + Text(sender, "id"))).GetRawText());
        Assert.Equal(sender.GetRawText(), Assert.Single((await GetJsonAsync("/v1/senders")).GetProperty("data").EnumerateArray()).GetRawText());
    }

    [Fact]
    public async Task A_given_key_is_used_and_no_answer_shows_it()
    {
        using var rsa = RSA.Create(1024);
        var pem = rsa.ExportRSAPrivateKeyPem();
        var body = JsonSerializer.Serialize(new { domain = "example.net", selector = "s1", private_key = pem });

        var answers = new[] { await PostAsync(body), await PostAsync(body), await PostAsync(body.Replace("example.net", "no domain", StringComparison.Ordinal)), await GetAsync("/v1/senders") };

        Assert.Equal([201, 409, 422, 200], answers.Select(a => (int)a.StatusCode));
        Assert.EndsWith(Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()), Text((await ApiHost.JsonAsync(answers[0])).GetProperty("dns_record"), "value"), StringComparison.Ordinal);
        // Any of these lines would betray it. The first three hold the modulus, which the record shows as well.
        var secrets = pem.Split('\n').Where(line => line.Length > 40).Skip(4).ToList();
        Assert.NotEmpty(secrets);
        foreach (var answer in answers)
        {
            var text = await answer.Content.ReadAsStringAsync(Token);
            Assert.DoesNotContain(secrets, secret => text.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain("private", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_domain_and_selector_are_taken_once()
    {
        await PostAsync("""{"domain":"example.net"}""");

        var again = await PostAsync("""{"domain":"EXAMPLE.net","selector":"carillon"}""");

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal(["domain:already_exists"], await FaultsAsync(again));
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("""{"domain":"example.net","selector":"next"}""")).StatusCode);
    }

    [Theory]
    [InlineData("""{}""", "domain:required")]
    [InlineData("""{"domain":"no domain","selector":"_","private_key":"none"}""", "domain:invalid", "selector:invalid", "private_key:invalid")]
    [InlineData("""{"domain":"example.net","private_key":7}""", "private_key:wrong_type")]
    [InlineData("""{"domain":"example.net","privat_key":"x"}""", "privat_key:unknown_field")]
    [InlineData("""{"domain":""}""", "domain:invalid")]
    public async Task Every_fault_is_told_by_its_field(string body, params string[] faults)
    {
        var answer = await PostAsync(body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(faults, await FaultsAsync(answer));
    }

    [Fact]
    public async Task A_key_of_less_than_1024_bits_is_refused()
    {
        using var rsa = RSA.Create(512);

        var answer = await PostAsync(JsonSerializer.Serialize(new { domain = "example.net", private_key = rsa.ExportPkcs8PrivateKeyPem() }));

        Assert.Equal(["private_key:out_of_range"], await FaultsAsync(answer));
    }

    [Fact]
    public async Task A_deleted_sender_is_gone_and_another_tenants_was_never_there()
    {
        var path = "/v1/senders/" + Text(await ApiHost.JsonAsync(await PostAsync("""{"domain":"example.net"}""")), "id");
        var own = _host.Client.DefaultRequestHeaders.Authorization;
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(new TenantId(2), Scopes.Admin));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.DeleteAsync(path, Token)).StatusCode);
        Assert.Empty((await GetJsonAsync("/v1/senders")).GetProperty("data").EnumerateArray());

        _host.Client.DefaultRequestHeaders.Authorization = own;
        Assert.Equal(HttpStatusCode.NoContent, (await _host.Client.DeleteAsync(path, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.DeleteAsync(path, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/v1/senders/prv_00000000000000000000000000")).StatusCode);
    }

    [Fact]
    public async Task The_list_goes_on_from_its_cursor()
    {
        using var rsa = RSA.Create(1024);
        foreach (var domain in new[] { "c.example", "a.example", "b.example" })
            await PostAsync(JsonSerializer.Serialize(new { domain, private_key = rsa.ExportPkcs8PrivateKeyPem() }));

        var first = await GetJsonAsync("/v1/senders?limit=2");
        var rest = await GetJsonAsync("/v1/senders?limit=2&after=" + Text(first, "next"));

        Assert.Equal(
            ["c.example", "a.example", "b.example"],
            first.GetProperty("data").EnumerateArray().Concat(rest.GetProperty("data").EnumerateArray()).Select(s => Text(s, "domain")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task A_key_that_may_only_send_may_not_see_senders()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Send, Scopes.Read));

        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/v1/senders")).StatusCode);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<IEnumerable<string>> FaultsAsync(HttpResponseMessage response) =>
        (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => $"{Text(e, "field")}:{Text(e, "code")}");

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _host.Client.PostAsync("/v1/senders", new StringContent(body, MediaTypeHeaderValue.Parse("application/json")), Token);

    private Task<HttpResponseMessage> GetAsync(string path) => _host.Client.GetAsync(path, Token);

    private async Task<JsonElement> GetJsonAsync(string path) => await ApiHost.JsonAsync(await GetAsync(path));
}
