using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Configuration;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Configuration;

public sealed class GivenProvidersTests
{
    private const string Sid = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private const string File = $$"""
        {
          "email_providers": { "sendgrid": { "api_key": "SG.of-the-file", "from_email": "noreply@example.com", "rate_limit": 5000 } },
          "sms_providers": { "twilio": { "account_sid": "{{Sid}}", "auth_token": "your_token", "from_number": "+1-800-VOCELIO" } }
        }
        """;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_s_providers_are_made_as_it_says_and_once()
    {
        await using var host = await EngineHost.StartAsync();

        var first = await ApplyAsync(host, File);
        var again = await ApplyAsync(host, File);

        Assert.Equal(["The provider sendgrid was made by /data/carillon.json: email_providers.", "The provider twilio was made by /data/carillon.json: sms_providers."], first);
        Assert.Empty(again);
        var providers = await ListAsync(host);
        Assert.Equal(
            [("sendgrid", Channel.Email, "sendgrid", """{"from_email":"noreply@example.com"}""", """{"api_key":"SG.of-the-file"}"""),
             ("twilio", Channel.Sms, "twilio", $$"""{"account_sid":"{{Sid}}","from":"+18008623546"}""", """{"auth_token":"your_token"}""")],
            providers.Select(p => (p.Name, p.Channel, p.Kind, Text(p.Settings), Text(p.Credentials!.Value))));
        Assert.Equal(5000, providers[0].Policy.Limits!.PerMinute);
        Assert.Equal([1, 1], providers.Select(p => p.Version));
    }

    [Fact]
    public async Task The_environment_alone_makes_them_too()
    {
        await using var host = await EngineHost.StartAsync();

        var notes = await ApplyAsync(
            host, null, ("SENDGRID_API_KEY", "SG.x"), ("TWILIO_ACCOUNT_SID", Sid), ("TWILIO_AUTH_TOKEN", "secret-token"), ("WEBHOOK_SECRET", "a secret of thirty-two characters"));

        Assert.Equal(3, notes.Count);
        Assert.DoesNotContain("secret", string.Concat(notes).Replace("WEBHOOK_SECRET", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        var providers = await ListAsync(host);
        Assert.Equal([("sendgrid", Channel.Email), ("twilio", Channel.Sms), ("webhook", Channel.Webhook)], providers.Select(p => (p.Name, p.Channel)));
        Assert.Equal("""{"secret":"whsec_YSBzZWNyZXQgb2YgdGhpcnR5LXR3byBjaGFyYWN0ZXJz"}""", Text(providers[2].Credentials!.Value));
    }

    [Fact]
    public async Task A_changed_value_changes_the_credentials_and_what_an_operator_set_stays()
    {
        await using var host = await EngineHost.StartAsync();
        await ApplyAsync(host, File);
        var made = (await ListAsync(host))[0];
        await host.Engine.Providers.ReplaceAsync(
            TenantId.Installation, made.Id,
            new ProviderDraft
            {
                Name = made.Name,
                Channel = made.Channel,
                Kind = made.Kind,
                Priority = 7,
                Enabled = false,
                Policy = made.Policy,
                Settings = JsonSerializer.Deserialize<JsonElement>("""{"from_email":"noreply@example.com","region":"eu"}"""),
            },
            null, Token);

        var notes = await ApplyAsync(host, File, ("SENDGRID_API_KEY", "SG.of-the-environment"));

        Assert.Equal(["The provider sendgrid was changed by /data/carillon.json: email_providers."], notes);
        var now = (await ListAsync(host))[0];
        Assert.Equal(("""{"api_key":"SG.of-the-environment"}""", """{"from_email":"noreply@example.com","region":"eu"}""", 7, false),
            (Text(now.Credentials!.Value), Text(now.Settings), now.Priority, now.Enabled));
        Assert.Empty(await ApplyAsync(host, File, ("SENDGRID_API_KEY", "SG.of-the-environment")));
    }

    [Fact]
    public async Task They_are_known_again_after_a_restart()
    {
        await using var host = await EngineHost.StartAsync();
        await ApplyAsync(host, File);
        await host.RestartAsync();
        Assert.Empty(await ApplyAsync(host, File));
        Assert.Equal(2, (await ListAsync(host)).Count);
    }

    [Fact]
    public async Task What_cannot_be_made_is_told_by_field_and_the_others_are_made()
    {
        await using var host = await EngineHost.StartAsync();

        var notes = await ApplyAsync(host, """
            {
              "email_providers": { "sendgrid": { "api_key": "SG.x", "from_email": "a@example.com" }, "twilio": { "auth_token": "hunter2" }, "relay": { "kind": "smtp", "hots": "x" } },
              "sms_providers": { "sendgrid": { "kind": "twilio" }, "vonage": { "api_key": "k", "api_secret": "hunter2", "sender_id": "Acme", "rate_limit": "many" } }
            }
            """, ("TWILIO_ACCOUNT_SID", "your_twilio_sid"), ("TWILIO_AUTH_TOKEN", "hunter2"));

        Assert.Equal(
            [
                "The provider sendgrid was made by /data/carillon.json: email_providers.",
                "The provider twilio of /data/carillon.json: email_providers is not used as it is given there: kind: there is no gateway twilio for email; there are smtp, sendgrid, mailgun, ses, rest, simulator.",
            ],
            notes.Take(2));
        Assert.StartsWith("The provider relay of /data/carillon.json: email_providers is not used as it is given there: settings.host: It is required.", notes[2], StringComparison.Ordinal);
        Assert.Equal(
            [
                "The provider sendgrid of /data/carillon.json: sms_providers is not used as it is given there: there is a provider of this name for email.",
                "The provider vonage of /data/carillon.json: sms_providers is not used as it is given there: rate_limit: it must be a whole number above 0.",
                "The provider twilio of TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN is not used as it is given there: settings.account_sid: It starts with AC, and 32 hexadecimal digits follow.",
            ],
            notes.Skip(3));
        Assert.DoesNotContain("hunter2", string.Concat(notes), StringComparison.Ordinal);
        Assert.Equal(["sendgrid"], (await ListAsync(host)).Select(p => p.Name));
    }

    [Fact]
    public void What_is_no_list_of_providers_is_a_fault_and_a_sender_alone_has_no_effect()
    {
        var read = Read("""{ "email_providers": [], "sms_providers": { "twilio": "x" } }""", ("TWILIO_FROM_NUMBER", "+15017122661"), ("SENDGRID_API_KEY", ""));

        Assert.Equal(
            ["/data/carillon.json: email_providers: expected: an object of names and providers.", "/data/carillon.json: sms_providers: twilio: expected: an object with the provider's fields."],
            read.Faults);
        Assert.Equal(["TWILIO_FROM_NUMBER: without the account's credentials this has no effect."], read.Warnings);
        Assert.Empty(read.Options.Providers);
    }

    [Theory]
    [InlineData("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    [InlineData("0123456789abcdef0123456789abcdef", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")]
    public void A_webhook_s_secret_is_its_bytes_unless_it_says_that_it_is_base_64(string given, string secret) =>
        Assert.Equal(secret, Assert.Single(Read(null, ("WEBHOOK_SECRET", given)).Options.Providers).Fields["secret"]!.GetValue<string>());

    [Fact]
    public void Their_secrets_do_not_show_in_their_text()
    {
        var read = Read(File);
        Assert.DoesNotContain("SG.of-the-file", string.Concat(read.Options.Providers), StringComparison.Ordinal);
    }

    private static ReadConfiguration Read(string? file, params (string Name, string Value)[] environment) =>
        ConfigurationReader.Read([], environment.ToDictionary(e => e.Name, e => e.Value), "/data", _ => file);

    private static async Task<IReadOnlyList<string>> ApplyAsync(EngineHost host, string? file, params (string Name, string Value)[] environment)
    {
        var read = Read(file, environment);
        Assert.Empty(read.Faults);
        return await GivenProviders.ApplyAsync(read.Options.Providers, host.Engine.Providers, host.Engine.Gateways, Token);
    }

    private static async Task<IReadOnlyList<Provider>> ListAsync(EngineHost host) =>
        [.. (await host.Engine.Providers.ListAsync(TenantId.Installation, null, null, 50, Token)).OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>With its members in order.</summary>
    private static string Text(JsonElement json) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string?>(json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()), StringComparer.Ordinal), Plain);
}
