using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>What the tests of templates share.</summary>
public abstract class TemplateScenes : EngineApiTests
{
    private protected TemplatesClient Templates => Api.Templates;

    private protected static TemplateDraft Template(string key, string text) => Template(key, Sms(text));

    private protected static TemplateDraft Template(string key, params TemplateVariant[] variants) => new() { Key = key, Variants = variants };

    private protected static TemplateContent Content(string text) => new() { Variants = [Sms(text)] };

    private protected static TemplateVariant Sms(string text) => new() { Channel = KnownChannels.Sms, Text = text };

    private protected static TemplateVariant Mail(string? text = null, string? html = null, string? subject = null, string? locale = null) =>
        new() { Channel = KnownChannels.Email, Text = text, Html = html, Subject = subject, Locale = locale };

    private protected static TemplateVariable Variable(string name, object? sample = null) =>
        new() { Name = name, Sample = sample is null ? null : JsonSerializer.SerializeToElement(sample) };

    private protected static NotificationRequest Notice(string key) => new()
    {
        Recipient = new Recipient { Phone = "+5215512345678" },
        Channel = KnownChannels.Sms,
        TemplateId = key,
        TemplateVariables = new JsonObject { ["name"] = "Ana" },
    };

    /// <summary>Sends what a template makes of Ana.</summary>
    /// <returns>What the simulator was given.</returns>
    private protected async Task<string?> SentTextAsync(string key)
    {
        var message = await SentAsync(Notice(key));
        Assert.Equal(KnownStatuses.Sent, message.Status);
        return (await Api.Simulator.ListAsync()).Single(m => m.MessageId == message.Id).Text;
    }

    /// <summary>Puts a next version in use.</summary>
    private protected async Task PublishAsync(string key, string text)
    {
        var draft = await Templates.CreateVersionAsync(key, Content(text));
        await Templates.PublishAsync(key, draft.Version);
    }
}
