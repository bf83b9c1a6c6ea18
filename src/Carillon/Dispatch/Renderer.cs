using System.Security.Cryptography;
using Carillon.Channels;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>What rendering came to: content and its hash, or why there is none.</summary>
/// <param name="Variant">The variant that was used, for the trace; null for literal content.</param>
/// <param name="Reason">One of <see cref="MessageReasons"/>; null when there is content.</param>
internal readonly record struct Rendering(RenderedContent Content, Guid Hash, string? Variant, string? Reason, string? Fault);

/// <summary>Makes a message's content: the bound version, the variant of channel and locale, the variables. Never half of it.</summary>
internal sealed class Renderer(TemplateCatalog templates, SecretBox secrets)
{
    /// <summary>Secrets open only where they belong: the purpose under which a notification's are sealed names it.</summary>
    public static string SecretsPurpose(Guid notificationId) => PublicId.Format("notification-secrets:", notificationId);

    /// <summary>Renders into <paramref name="buffer"/>, which must outlive the content.</summary>
    public async ValueTask<Rendering> RenderAsync(OutboundMessage message, PooledBufferWriter buffer, CancellationToken cancellationToken)
    {
        var notification = message.Notification;
        var literal = LiteralFor(notification, message.Channel);
        CompiledVariant? variant;
        if (literal is not null)
        {
            variant = templates.CompileContent(literal, message.Channel);
        }
        else
        {
            var version = notification.TemplateVersionId is { } id
                ? await templates.VersionAsync(notification.Tenant, id, cancellationToken)
                : null;
            variant = version?.Select(message.Channel, notification.Locale);
            if (variant is null)
                return Fail(MessageReasons.TemplateError, $"The template has no variant for {message.Channel.Name()}.");
        }

        if (notification.Secrets is { Length: 0 })
            return Fail(MessageReasons.SecretsErased, "The secret variables were erased after the message was sent.");

        try
        {
            return Render(notification, variant, literal is null, buffer, cancellationToken);
        }
        catch (JinjaException e)
        {
            return Fail(MessageReasons.TemplateError, e.SourceLine is null ? e.Message : $"{e.Message}\n{e.SourceLine}");
        }
    }

    private static MessageContent? LiteralFor(Notification notification, Channel channel)
    {
        var details = notification.Details;
        if (details is null) return null;
        return details.Overrides is { } overrides && overrides.TryGetValue(channel, out var own) ? own : details.Content;
    }

    private Rendering Render(
        Notification notification, CompiledVariant variant, bool isTemplate, PooledBufferWriter buffer, CancellationToken cancellationToken)
    {
        var variables = VariablesOf(notification);
        variant.Subject?.Render(buffer, variables, cancellationToken);
        var subjectEnd = buffer.Length;
        variant.Text?.Render(buffer, variables, cancellationToken);
        var textEnd = buffer.Length;
        variant.Html?.Render(buffer, variables, cancellationToken);
        var end = buffer.Length;

        FoldSubject(buffer.Writable(0, subjectEnd));
        var content = new RenderedContent(
            buffer.Slice(0, subjectEnd), buffer.Slice(subjectEnd, textEnd - subjectEnd), buffer.Slice(textEnd, end - textEnd));
        return new Rendering(content, Hash(buffer.Written.Span, subjectEnd, textEnd), isTemplate ? variant.Locale ?? "default" : null, null, null);
    }

    private JinjaValue VariablesOf(Notification notification)
    {
        var variables = notification.Variables.IsEmpty ? JinjaValue.Dictionary([]) : JinjaValue.ParseJson(notification.Variables);
        if (notification.Secrets is not { } sealedSecrets) return variables;
        var secret = JinjaValue.ParseJson(secrets.Open(sealedSecrets, SecretsPurpose(notification.Id)).AsMemory());
        return JinjaValue.Dictionary(variables.Entries().Concat(secret.Entries()));
    }

    /// <summary>A subject is one line whatever its variables hold: controls become spaces, so that nothing of it can end a header.</summary>
    private static void FoldSubject(Span<byte> subject)
    {
        foreach (ref var b in subject)
        {
            if (b < 0x20 || b == 0x7F) b = (byte)' ';
        }
    }

    /// <summary>The first 16 bytes of SHA-256 over the parts and where they end.</summary>
    private static Guid Hash(ReadOnlySpan<byte> content, int subjectEnd, int textEnd)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(content, digest);
        var hash = new Guid(digest[..16], bigEndian: true);
        Span<byte> mixed = stackalloc byte[16];
        hash.TryWriteBytes(mixed);
        // Where the parts end is mixed in, so that text moved from one part to the next is not taken for the same.
        BitConverter.TryWriteBytes(mixed, BitConverter.ToInt32(mixed) ^ subjectEnd);
        BitConverter.TryWriteBytes(mixed[4..], BitConverter.ToInt32(mixed[4..]) ^ textEnd);
        return new Guid(mixed);
    }

    private static Rendering Fail(string reason, string fault) => new(default, default, null, reason, fault);
}
