using System.Text;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Mail;

/// <summary>Nothing that comes from a variable may begin a line of its own in the header of a mail.</summary>
public sealed class HeaderTests
{
    [Fact(Timeout = 120_000)]
    public async Task Line_breaks_in_variables_and_names_do_not_reach_the_header()
    {
        await using var scene = await MailScene.SetAsync(null);
        await scene.Api.CreateAsync("/v1/templates", Bodies.Template("greeting", "Hello {{ name }}", "Dear {{ name }}", Bodies.Variable("name")));

        var id = await scene.Api.SendAsync(new()
        {
            ["recipient"] = new System.Text.Json.Nodes.JsonObject { ["email"] = "victim@mail.example", ["name"] = "Ana" },
            ["template_id"] = "greeting",
            ["template_variables"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "Ana\r\nBcc: everybody@mail.example\r\n\r\nBuy now" },
        });
        var message = await scene.EndAsync(id);

        Assert.Equal("sent", (string?)message["status"]);
        var mail = Assert.Single(scene.Sink.Mails);
        Assert.Equal("victim@mail.example", mail.Recipient);
        var header = Encoding.UTF8.GetString(mail.Content).Split("\r\n\r\n")[0];
        Assert.DoesNotContain(header.Split('\n'), line => line.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase));
        Assert.Single(header.Split('\n'), line => line.StartsWith("Subject:", StringComparison.Ordinal));
    }
}
