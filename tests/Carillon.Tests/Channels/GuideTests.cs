using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Channels.Webhook;
using Carillon.Messages;

namespace Carillon.Tests.Channels;

/// <summary>The examples of the guides to providers, SMS and webhooks are what they say.</summary>
public sealed class GuideTests
{
    [Fact]
    public void Every_provider_of_the_guides_can_be_made()
    {
        var catalog = new GatewayCatalog();
        var kinds = new List<string>();
        foreach (var example in Blocks("providers.md", "json").Concat(Blocks("sms.md", "json")).Concat(Blocks("mail-providers.md", "json")))
        {
            var provider = Sample.Json(example);
            // Other examples are of other calls.
            if (!provider.TryGetProperty("kind", out var name) || !provider.TryGetProperty("settings", out _)) continue;
            Assert.True(catalog.TryGet(name.GetString()!, out var kind), example);
            Assert.True(ChannelNames.All.TryParse(provider.GetProperty("channel").GetString(), out var channel), example);
            Assert.Contains(channel, kind.Channels);
            JsonElement? credentials = provider.TryGetProperty("credentials", out var given) ? given : null;
            Assert.Empty(kind.Check(new ProviderSettings(channel, provider.GetProperty("settings"), credentials)));
            kinds.Add(kind.Name);
        }

        Assert.Equal(["smtp", "http", "http", "http", "webhook", "twilio", "vonage", "africastalking", "messagebird", "sendgrid", "mailgun", "ses", "rest"], kinds);
    }

    [Fact]
    public void The_webhook_of_the_guide_is_signed_as_it_says()
    {
        var (headers, body, secretText) = Webhook();
        Assert.Contains($"""WebhookSecret.TryParse("{secretText}", out var secret)""", Assert.Single(Blocks("webhooks.md", "csharp")), StringComparison.Ordinal);
        var (id, timestamp, signature) = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]);
        var now = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, null));

        bool isGood = WebhookSecret.TryParse(secretText, out var secret)
            && WebhookSignature.Verify(secret, id, timestamp, signature, body, now);

        Assert.True(isGood);
    }

    [Fact]
    public async Task The_Python_of_the_guide_verifies_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "There is no /usr/bin/python3 here.");
        var (headers, body, secret) = Webhook();
        var timestamp = headers["webhook-timestamp"];
        var script = Assert.Single(Blocks("webhooks.md", "python")) + $"""

            secret, headers, body = {JsonSerializer.Serialize(secret)}, {JsonSerializer.Serialize(headers)}, {JsonSerializer.Serialize(Encoding.UTF8.GetString(body))}.encode()
            print(verify(secret, headers, body, {timestamp} + 300), verify(secret, headers, body, {timestamp} + 301), verify(secret, headers, body + b" ", {timestamp}))
            """;
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("True False False", output.Trim());
    }

    private static (Dictionary<string, string> Headers, byte[] Body, string Secret) Webhook()
    {
        var example = Blocks("webhooks.md", "").First().Split("\n\n");
        var headers = example[0].Split('\n').Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        const string before = "is signed with `";
        var text = Guide("webhooks.md");
        var at = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var secret = text[at..text.IndexOf('`', at)];
        return (headers, Encoding.UTF8.GetBytes(example[1]), secret);
    }

    /// <summary>The fenced examples of a language, without their fences.</summary>
    private static IEnumerable<string> Blocks(string guide, string language)
    {
        List<string>? block = null;
        var isWanted = false;
        foreach (var line in Guide(guide).Split('\n'))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal)) block?.Add(line);
            else if (block is null) (block, isWanted) = ([], line == "```" + language);
            else
            {
                if (isWanted) yield return string.Join('\n', block);
                block = null;
            }
        }
    }

    private static string Guide(string name)
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Carillon.slnx"))) directory = Path.GetDirectoryName(directory);
        return File.ReadAllText(Path.Combine(directory!, "docs", name));
    }
}
