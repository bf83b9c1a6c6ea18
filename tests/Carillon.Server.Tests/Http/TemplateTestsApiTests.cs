using System.Net;
using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>Templates that are tried before they are used.</summary>
public sealed class TemplateTestsApiTests : TemplateScenes
{
    [Fact]
    public async Task A_test_renders_any_version_with_samples_and_tells_what_is_wrong_where()
    {
        await Templates.CreateAsync(
            Template("welcome", Mail("x\n {{ 1 // n }}", "<p>{{ name }}</p>", "Hi {{ name }}"), Mail("Hola {{ name }}", locale: "es"), Sms("{{ name }}!")) with
            {
                Variables = [Variable("name", "Ana") with { Required = true }, Variable("n", 0)],
            });
        await Templates.CreateVersionAsync("welcome", Content("Draft {{ name }} {{ missing }}"));

        var all = (await Templates.TestAsync("welcome")).Variants;
        Assert.Equal(3, all.Count);
        Assert.Equal(("Hi Ana", "<p>Ana</p>", null), (all[0].Subject, all[0].Html, all[0].Text));
        var error = Assert.Single(all[0].Errors);
        Assert.Equal(("text", 2, "{{ 1 // n }}"), (error.Part, error.Line, error.SourceLine));
        Assert.True(error.Column > 1);

        var spanish = await Templates.TestAsync(
            "welcome", new TemplateTestRequest { Channel = KnownChannels.Email, Locale = "es-MX", Variables = new JsonObject { ["name"] = "Bo" } });
        Assert.Equal("Hola Bo", Assert.Single(spanish.Variants).Text);
        var mails = await Templates.TestAsync("welcome", new TemplateTestRequest { Channel = KnownChannels.Email, Variables = new JsonObject { ["n"] = 1 } });
        Assert.Equal("x\n 1", mails.Variants[0].Text);
        var draft = await Templates.TestAsync("welcome", new TemplateTestRequest { Version = 2, Variables = new JsonObject { ["name"] = "Bo" } });
        Assert.Equal((2, "Draft Bo "), (draft.Version, Assert.Single(draft.Variants).Text));
        Assert.Null(draft.Sent);
        Assert.Empty(await Api.Messages.ListAsync().ToListAsync(Token));
    }

    [Theory]
    [InlineData("""{"version":9}""", "version:not_found")]
    [InlineData("""{"channel":"push"}""", "channel:not_found")]
    [InlineData("""{"locale":"es"}""", "channel:required")]
    [InlineData("""{"to":"ana@example.net"}""", "channel:required")]
    [InlineData("""{"channel":"sms","to":"ana@example.net"}""", "to:invalid_phone")]
    [InlineData("""{"variables":[1],"chanel":"sms"}""", "variables:wrong_type", "chanel:unknown_field")]
    [InlineData("""{"version":0}""", "version:out_of_range")]
    public async Task A_bad_test_is_refused(string body, params string[] faults)
    {
        await Templates.CreateAsync(Template("welcome", "Hi"));

        Assert.Equal(faults, await (await Host.Client.SendAsync("POST", "/v1/templates/welcome/test", body)).FaultsAsync());
    }

    [Fact]
    public async Task A_test_is_sent_by_the_ordinary_way_and_marked()
    {
        await Templates.CreateAsync(Template("welcome", "Hello {{ name }}") with { Publish = false });
        var request = new TemplateTestRequest { Channel = KnownChannels.Sms, To = "+525512345678", Variables = new JsonObject { ["name"] = "{{ 7 }}" } };

        var test = await Templates.TestAsync("welcome", request);

        var notification = await Api.Notifications.GetAsync(test.Sent!.Id);
        Assert.Equal(["test"], notification.Tags);
        var message = Assert.Single(notification.Messages);
        Assert.Equal("+525512345678", message.Address);
        Assert.Equal("Hello {{ 7 }}", (await Api.Messages.GetContentAsync(message.Id)).Text);

        var author = await Host.ApiAsync(ApiHost.Tenant, Scopes.Templates);
        Assert.Equal(HttpStatusCode.Forbidden, await author.Templates.TestAsync("welcome", request).StatusAsync());
        await author.Templates.TestAsync("welcome");
    }
}
