using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class VendorSimulatorApiTests : IAsyncLifetime
{
    private const string Login = "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2tlbg=="; // ACaaa…:token
    private const string Messages = "/v1/simulator/vendors/twilio/api/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json";

    private ApiHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _host.AddKey(TenantId.Installation, Scopes.Admin));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_vendor_answers_its_clients_once_it_was_set_up()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsVendorAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync("twilio", "{}")).StatusCode);

        var answer = await SendAsVendorAsync();

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var sid = (await ApiHost.JsonAsync(answer)).GetProperty("sid").GetString();
        var taken = Assert.Single((await ListAsync("twilio")).EnumerateArray());
        Assert.Equal((sid, "+525512345678", "Hola"), (taken.GetProperty("id").GetString(), taken.GetProperty("to").GetString(), taken.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Errors_are_the_vendor_s_own()
    {
        await PutAsync("twilio", """{"throttle_rate":1,"retry_after_ms":2000}""");

        var answer = await SendAsVendorAsync();

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(2)), (answer.StatusCode, answer.Headers.RetryAfter!.Delta));
        Assert.Equal(20429, (await ApiHost.JsonAsync(answer)).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_lost_answer_breaks_the_connection_and_the_message_was_taken()
    {
        await PutAsync("twilio", """{"lost_answer_rate":1}""");

        await Assert.ThrowsAsync<HttpRequestException>(SendAsVendorAsync);

        Assert.Single((await ListAsync("twilio")).EnumerateArray());
    }

    [Fact]
    public async Task Only_the_installation_sets_up_vendors()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _host.AddKey(Scopes.Admin));
        Assert.Equal(HttpStatusCode.Forbidden, (await PutAsync("twilio", "{}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Client.GetAsync("/v1/simulator/vendors/twilio/messages", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await ReplyAsync("""{"from":"+1","to":"+2","text":"x"}""")).StatusCode);
    }

    [Theory]
    [InlineData("nobody", "{}", HttpStatusCode.NotFound)]
    [InlineData("twilio", "[]", HttpStatusCode.UnprocessableEntity)]
    [InlineData("twilio", "{", HttpStatusCode.BadRequest)]
    [InlineData("twilio", """{"failure_rat":1}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("twilio", """{"failure_rate":2}""", HttpStatusCode.UnprocessableEntity)]
    public async Task Settings_that_are_none_are_refused(string vendor, string settings, HttpStatusCode status) =>
        Assert.Equal(status, (await PutAsync(vendor, settings)).StatusCode);

    [Fact]
    public async Task A_reply_without_a_public_url_has_nowhere_to_go()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await ReplyAsync("""{"from":"+1","to":"+2","text":"x"}""")).StatusCode);
        await PutAsync("twilio", """{"callback_url":"http://127.0.0.1:1/callbacks/x"}""");

        var answer = await ReplyAsync("""{"from":"+1","to":"+2","text":"x"}""");

        Assert.StartsWith("Not sent", (await ApiHost.JsonAsync(answer)).GetProperty("callback").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ReplyAsync("""{"from":"+1"}""")).StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsVendorAsync()
    {
        using var client = new HttpClient { BaseAddress = _host.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, Messages)
        {
            Content = new FormUrlEncodedContent([new("To", "+525512345678"), new("From", "+15557122661"), new("Body", "Hola")]),
        };
        request.Headers.TryAddWithoutValidation("Authorization", Login);
        return await client.SendAsync(request, Token);
    }

    private Task<HttpResponseMessage> PutAsync(string vendor, string settings) =>
        _host.Client.PutAsync("/v1/simulator/vendors/" + vendor, new StringContent(settings, Encoding.UTF8, "application/json"), Token);

    private Task<HttpResponseMessage> ReplyAsync(string reply) => _host.PostAsync("/v1/simulator/vendors/twilio/replies", reply);

    private async Task<JsonElement> ListAsync(string vendor) =>
        (await ApiHost.JsonAsync(await _host.Client.GetAsync($"/v1/simulator/vendors/{vendor}/messages", Token))).GetProperty("data");
}
