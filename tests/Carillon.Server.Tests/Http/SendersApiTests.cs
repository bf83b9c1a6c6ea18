using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class SendersApiTests : EngineApiTests
{
    [Fact]
    public async Task A_sender_is_answered_with_its_record_and_found_again_after_a_restart()
    {
        var made = await PostAsync("""{"domain":"Example.net"}""");

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var answer = await ApiHost.JsonAsync(made);
        Assert.Equal(["id", "domain", "selector", "dns_record", "created_at"], answer.EnumerateObject().Select(p => p.Name));

        await Host.RestartAsync();

        var sender = await Api.Senders.ListAsync().SingleAsync(Token);
        Assert.Matches("^snd_[0-9a-z]{26}$", sender.Id);
        Assert.Equal(("example.net", "carillon"), (sender.Domain, sender.Selector));
        Assert.Equal(("carillon._domainkey.example.net", "TXT"), (sender.DnsRecord!.Name, sender.DnsRecord.Type));
        Assert.StartsWith("v=DKIM1; k=rsa; p=MII", sender.DnsRecord.Value, StringComparison.Ordinal);
        Assert.Equal("/v1/senders/" + sender.Id, made.Headers.Location?.ToString());
        Assert.Equal(answer.GetRawText(), await Host.Client.GetStringAsync("/v1/senders/" + sender.Id, Token));
        Assert.Equal(sender, await Api.Senders.GetAsync(sender.Id));
    }

    [Fact]
    public async Task A_given_key_is_used_and_no_answer_shows_it()
    {
        using var rsa = RSA.Create(1024);
        var pem = rsa.ExportRSAPrivateKeyPem();
        var body = JsonSerializer.Serialize(new { domain = "example.net", selector = "s1", private_key = pem });

        var answers = new[]
        {
            await PostAsync(body), await PostAsync(body), await PostAsync(body.Replace("example.net", "no domain", StringComparison.Ordinal)),
            await Host.Client.SendAsync("GET", "/v1/senders"),
        };

        Assert.Equal([201, 409, 422, 200], answers.Select(a => (int)a.StatusCode));
        Assert.EndsWith(Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()), (await Api.Senders.ListAsync().SingleAsync(Token)).DnsRecord!.Value, StringComparison.Ordinal);
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
        await MakeAsync("example.net");

        var again = await Api.Senders.CreateAsync(new SenderDraft { Domain = "EXAMPLE.net", Selector = "carillon" }).RefusedAsync();

        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal(("domain", "already_exists"), (again.Errors[0].Field, again.Errors[0].Code));
        Assert.Equal("next", (await Api.Senders.CreateAsync(new SenderDraft { Domain = "example.net", Selector = "next" })).Selector);
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
        Assert.Equal(faults, await answer.FaultsAsync());
    }

    [Fact]
    public async Task A_key_of_less_than_1024_bits_is_refused()
    {
        using var rsa = RSA.Create(512);

        var making = Api.Senders.CreateAsync(new SenderDraft { Domain = "example.net", PrivateKey = rsa.ExportPkcs8PrivateKeyPem() });

        Assert.Equal(["private_key:out_of_range"], await making.FaultsAsync());
    }

    [Fact]
    public async Task A_deleted_sender_is_gone_and_another_tenants_was_never_there()
    {
        var id = (await MakeAsync("example.net")).Id;
        var stranger = await Host.ApiAsync(new TenantId(2), Scopes.Admin);
        Assert.Equal(HttpStatusCode.NotFound, await stranger.Senders.GetAsync(id).StatusAsync());
        Assert.Equal(HttpStatusCode.NotFound, await stranger.Senders.DeleteAsync(id).StatusAsync());
        Assert.Empty(await stranger.Senders.ListAsync().ToListAsync(Token));

        await Api.Senders.DeleteAsync(id);
        Assert.Equal(HttpStatusCode.NotFound, await Api.Senders.DeleteAsync(id).StatusAsync());
        Assert.Equal(HttpStatusCode.NotFound, await Api.Senders.GetAsync(id).StatusAsync());
        Assert.Equal(HttpStatusCode.NotFound, await Api.Senders.GetAsync("prv_00000000000000000000000000").StatusAsync());
    }

    [Fact]
    public async Task The_list_goes_on_from_its_cursor()
    {
        foreach (var domain in new[] { "c.example", "a.example", "b.example" }) await MakeAsync(domain);

        Assert.Equal(["c.example", "a.example", "b.example"], await Api.Senders.ListAsync(pageSize: 2).Select(s => s.Domain).ToListAsync(Token));
    }

    [Fact]
    public async Task A_key_that_may_only_send_may_not_see_senders()
    {
        var sender = await Host.ApiAsync(ApiHost.Tenant, Scopes.Send, Scopes.Read);

        Assert.Equal(HttpStatusCode.Forbidden, await sender.Senders.ListAsync().ToListAsync(Token).AsTask().StatusAsync());
    }

    private Task<Sender> MakeAsync(string domain) => Api.Senders.CreateAsync(new SenderDraft { Domain = domain });

    private Task<HttpResponseMessage> PostAsync(string body) => Host.Client.SendAsync("POST", "/v1/senders", body);
}
