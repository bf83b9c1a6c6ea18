using Carillon.Messages;
using Carillon.Server.Api.Json;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>The <c>overrides</c> of a notification: other content on single channels.</summary>
internal static class OverridesReader
{
    private static readonly FieldNames Channels = new([.. ChannelNames.All.Words]);

    private static readonly FieldNames Fields = new("subject", "message", "html", "syntax");

    public static Dictionary<Channel, MessageContent>? Read(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        var overrides = new Dictionary<Channel, MessageContent>();
        ulong seen = 0;
        while (reader.NextField(Channels, ref seen, out var field))
        {
            if (ReadContent(ref reader) is { } content && ChannelNames.All.TryParse(Channels[field], out var channel)) overrides.Add(channel, content);
        }

        reader.Leave(outer);
        return overrides;
    }

    private static MessageContent? ReadContent(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        string? subject = null, text = null, html = null;
        ContentSyntax syntax = default;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            switch (field)
            {
                case 0: subject = reader.Text(Limits.SubjectCharacters, TextRule.Line); break;
                case 1: text = reader.Text(Limits.ContentBytes, TextRule.Content); break;
                case 2: html = reader.Text(Limits.ContentBytes, TextRule.Content); break;
                case 3: syntax = reader.Word(ContentSyntaxNames.All) ?? default; break;
            }
        }

        reader.Leave(outer);

        // An empty override says nothing: the content stays as it is.
        return subject is null && text is null && html is null ? null : new MessageContent { Subject = subject, Text = text, Html = html, Syntax = syntax };
    }
}
