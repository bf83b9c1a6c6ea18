using System.Net;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class VendorSimulatorApiTests : AloneApiTests
{
    private const string Login = "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2tlbg=="; // ACaaa…:token
    private const string Messages = "/v1/simulator/vendors/twilio/api/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json";

    private static readonly SimulatedReply Stop = new("+1", "+2", "x");

    private SimulatorClient _simulator = null!;

    private protected override void Prepare() => _simulator = Host.As(TenantId.Installation, Scopes.Admin).Simulator;

    [Fact]
    public async Task A_vendor_answers_its_clients_once_it_was_set_up()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsVendorAsync()).StatusCode);
        await _simulator.SetUpVendorAsync("twilio");

        var answer = await SendAsVendorAsync();

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var sid = (await ApiHost.JsonAsync(answer)).GetProperty("sid").GetString();
        var taken = Assert.Single(await _simulator.ListVendorMessagesAsync("twilio"));
        Assert.Equal((sid, "+525512345678", "Hola"), (taken.Id, taken.To, taken.Text));
    }

    [Fact]
    public async Task Errors_are_the_vendor_s_own()
    {
        await _simulator.SetUpVendorAsync("twilio", new SimulatedVendor { ThrottleRate = 1, RetryAfterMs = 2000 });

        var answer = await SendAsVendorAsync();

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(2)), (answer.StatusCode, answer.Headers.RetryAfter!.Delta));
        Assert.Equal(20429, (await ApiHost.JsonAsync(answer)).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_lost_answer_breaks_the_connection_and_the_message_was_taken()
    {
        await _simulator.SetUpVendorAsync("twilio", new SimulatedVendor { LostAnswerRate = 1 });

        await Assert.ThrowsAsync<HttpRequestException>(SendAsVendorAsync);

        Assert.Single(await _simulator.ListVendorMessagesAsync("twilio"));
    }

    [Fact]
    public async Task Only_the_installation_sets_up_vendors()
    {
        var tenant = Host.As(ApiHost.Tenant, Scopes.Admin).Simulator;

        Assert.Equal(HttpStatusCode.Forbidden, await tenant.SetUpVendorAsync("twilio").StatusAsync());
        Assert.Equal(HttpStatusCode.Forbidden, await tenant.ListVendorMessagesAsync("twilio").StatusAsync());
        Assert.Equal(HttpStatusCode.Forbidden, await tenant.ReplyAsync("twilio", Stop).StatusAsync());
    }

    [Theory]
    [InlineData("nobody", "{}", HttpStatusCode.NotFound)]
    [InlineData("twilio", "[]", HttpStatusCode.UnprocessableEntity)]
    [InlineData("twilio", "{", HttpStatusCode.BadRequest)]
    [InlineData("twilio", """{"failure_rat":1}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("twilio", """{"failure_rate":2}""", HttpStatusCode.UnprocessableEntity)]
    public async Task Settings_that_are_none_are_refused(string vendor, string settings, HttpStatusCode status)
    {
        Host.Client.DefaultRequestHeaders.Authorization = new("Bearer", Host.AddKey(TenantId.Installation, Scopes.Admin));

        Assert.Equal(status, (await Host.Client.SendAsync("PUT", "/v1/simulator/vendors/" + vendor, settings)).StatusCode);
    }

    [Fact]
    public async Task A_reply_without_a_public_url_has_nowhere_to_go()
    {
        Assert.Equal(HttpStatusCode.NotFound, await _simulator.ReplyAsync("twilio", Stop).StatusAsync());
        await _simulator.SetUpVendorAsync("twilio", new SimulatedVendor { CallbackUrl = "http://127.0.0.1:1/callbacks/x" });

        Assert.StartsWith("Not sent", (await _simulator.ReplyAsync("twilio", Stop)).Callback, StringComparison.Ordinal);
        Host.Client.DefaultRequestHeaders.Authorization = new("Bearer", Host.AddKey(TenantId.Installation, Scopes.Admin));
        Assert.Equal(
            ["to:required", "text:required"], await (await Host.Client.SendAsync("POST", "/v1/simulator/vendors/twilio/replies", """{"from":"+1"}""")).FaultsAsync());
    }

    private async Task<HttpResponseMessage> SendAsVendorAsync()
    {
        using var client = new HttpClient { BaseAddress = Host.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, Messages)
        {
            Content = new FormUrlEncodedContent([new("To", "+525512345678"), new("From", "+15557122661"), new("Body", "Hola")]),
        };
        request.Headers.TryAddWithoutValidation("Authorization", Login);
        return await client.SendAsync(request, Token);
    }
}
