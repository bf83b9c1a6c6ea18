using System.Net;

namespace Carillon.Server.Tests.Http;

/// <summary>Providers that are replaced: what was shown comes back, under a condition, and with its faults.</summary>
public sealed class ProviderChangesApiTests : ProviderScenes
{
    [Fact]
    public async Task What_was_shown_can_be_sent_back_changed()
    {
        var made = await Providers.CreateAsync(Relay);
        var shown = await Host.Client.GetStringAsync(Path(made), Token);

        var put = await Host.Client.SendAsync("PUT", Path(made), shown.Replace("\"port\":9", "\"port\":10", StringComparison.Ordinal), ifMatch: "\"1\"");

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (put.StatusCode, put.Headers.ETag?.Tag));
        var changed = await Providers.GetAsync(made.Id);
        Assert.Equal((10, 2), ((int)changed.Settings!["port"]!, changed.Version));
        Assert.Equal(made.Credentials!.ToJsonString(), changed.Credentials!.ToJsonString());
        Assert.Equal(made.CreatedAt, changed.CreatedAt);
    }

    [Fact]
    public async Task Stored_credentials_do_not_follow_a_provider_to_another_place()
    {
        var made = await Providers.CreateAsync(Relay);
        var elsewhere = Relay;
        elsewhere.Settings!["host"] = "collector.example.net";

        var masked = Providers.ReplaceAsync(made.Id, elsewhere with { Credentials = made.Credentials });
        Assert.Equal(["credentials.username:masked", "credentials.password:masked"], await masked.FaultsAsync());
        Assert.Equal(["credentials:required"], await Providers.ReplaceAsync(made.Id, elsewhere with { Credentials = null }).FaultsAsync());
        Assert.Equal("collector.example.net", (string?)(await Providers.ReplaceAsync(made.Id, elsewhere)).Settings!["host"]);
    }

    [Theory]
    [InlineData("\"1\"", 412)]
    [InlineData("W/\"2\"", 412)]
    [InlineData("\"x\"", 412)]
    [InlineData("\"1\", \"3\"", 412)]
    [InlineData("\"2\"", 200)]
    [InlineData("\"1\", \"2\"", 200)]
    [InlineData("*", 200)]
    [InlineData(null, 200)]
    [InlineData("2", 422)]
    public async Task A_change_goes_by_if_match(string? ifMatch, int status)
    {
        var made = await MakeAsync("sim");
        await Providers.SetEnabledAsync(made.Id, enabled: false);

        var put = await Host.Client.SendAsync("PUT", Path(made), """{"name":"sim","channel":"sms","kind":"simulator"}""", ifMatch);

        Assert.Equal(status, (int)put.StatusCode);
        if (status == 412)
        {
            Assert.Equal("\"2\"", put.Headers.ETag?.Tag);
            Assert.Equal("/problems/precondition_failed", (await ApiHost.JsonAsync(put)).GetProperty("type").GetString());
        }

        Assert.Equal(status == 200 ? 3 : 2, (await Providers.GetAsync(made.Id)).Version);
        var deleted = await Host.Client.SendAsync("DELETE", Path(made), ifMatch: ifMatch is "\"2\"" or "\"1\", \"2\"" ? "\"3\"" : ifMatch);
        Assert.Equal(status == 200 ? 204 : status, (int)deleted.StatusCode);
    }

    [Theory]
    [InlineData("""{"name":"sim","channel":"email","kind":"simulator"}""", "channel:immutable")]
    [InlineData("""{"name":"sim","channel":"sms","kind":"smtp"}""", "kind:immutable")]
    [InlineData("""{"name":"sim","channel":"sms","kind":"simulator","settings":{"seed":"x"},"credentials":{"a":"***"}}""", "credentials.a:masked")]
    [InlineData("""{"name":"sim","channel":"sms","kind":"simulator","settings":{"seed":"x","laten_ms":1}}""", "settings.seed:invalid", "settings.laten_ms:unknown_field")]
    [InlineData("""{"channel":"sms","kind":"simulator"}""", "name:required")]
    [InlineData("""{"name":"other","channel":"sms","kind":"simulator"}""", "name:already_exists")]
    public async Task A_bad_replacement_changes_nothing(string body, params string[] faults)
    {
        var made = await MakeAsync("sim");
        await MakeAsync("other");
        var shown = await Host.Client.GetStringAsync(Path(made), Token);

        Assert.Equal(faults, await (await Host.Client.SendAsync("PUT", Path(made), body)).FaultsAsync());
        Assert.Equal(shown, await Host.Client.GetStringAsync(Path(made), Token));
    }
}
