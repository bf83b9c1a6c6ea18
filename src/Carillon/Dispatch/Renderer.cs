using System.Security.Cryptography;
using Carillon.Channels;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Templates;

namespace Carillon.Dispatch;

/// <summary>What rendering came to: content and its hash, or why there is none.</summary>
/// <param name="Variant">The variant that was used, for the trace: its locale, <c>default</c>, or <c>content</c> for what came with the request.</param>
/// <param name="Reason">One of <see cref="MessageReasons"/>; null when there is content.</param>
/// <param name="Fault">Without the values of secrets.</param>
/// <param name="Secrets">What else is said of the message must not say them; null for none.</param>
internal readonly record struct Rendering(
    RenderedContent Content, Guid Hash, string? Variant, string? Reason, string? Fault, TraceSecrets? Secrets);

/// <summary>Makes a message's content: the bound version, the variant of channel and locale, the variables. Never half of it.</summary>
internal sealed class Renderer(TemplateCatalog templates, SecretBox secrets)
{
    /// <summary>Secrets open only where they belong: the purpose under which a notification's are sealed names it.</summary>
    public static string SecretsPurpose(Guid notificationId) => PublicId.Format("notification-secrets:", notificationId);

    /// <summary>Renders into <paramref name="buffer"/>, which must outlive the content.</summary>
    public async ValueTask<Rendering> RenderAsync(OutboundMessage message, PooledBufferWriter buffer, CancellationToken cancellationToken)
    {
        var notification = message.Notification;
        if (notification is { Details.SecretVariables.Count: > 0, Secrets: null })
            return Fail(MessageReasons.SecretsErased, "The secret variables were erased after the message was sent.");

        var version = notification.TemplateVersionId is { } id
            ? await templates.VersionAsync(notification.Tenant, id, cancellationToken)
            : null;
        TraceSecrets? hidden = null;
        try
        {
            var variables = VariablesOf(notification, out hidden);
            var variant = version is not null
                ? version.Select(message.Channel, notification.Locale)
                : notification.Details?.Content is { } literal ? templates.CompileContent(literal, message.Channel) : null;
            var name = version is null || variant is null ? "content" : variant.Locale ?? "default";
            if (notification.Details?.Overrides is { } overrides && overrides.TryGetValue(message.Channel, out var own))
                variant = templates.CompileContent(own, message.Channel).Over(variant);
            if (variant is null)
                return Fail(MessageReasons.TemplateError, $"The template has no variant for {message.Channel.Name()}.");
            return Render(variant, variables, buffer, cancellationToken) with { Variant = name, Secrets = hidden };
        }
        catch (JinjaException e)
        {
            var fault = e.SourceLine is null ? e.Message : $"{e.Message}\n{e.SourceLine}";
            return Fail(MessageReasons.TemplateError, hidden?.Redact(fault) ?? fault);
        }
    }

    private static Rendering Render(CompiledVariant variant, JinjaValue variables, PooledBufferWriter buffer, CancellationToken cancellationToken)
    {
        variant.Subject?.Render(buffer, variables, cancellationToken);
        var subjectEnd = buffer.Length;
        variant.Text?.Render(buffer, variables, cancellationToken);
        var textEnd = buffer.Length;
        variant.Html?.Render(buffer, variables, cancellationToken);
        var end = buffer.Length;

        FoldSubject(buffer.Writable(0, subjectEnd));
        var content = new RenderedContent(
            buffer.Slice(0, subjectEnd), buffer.Slice(subjectEnd, textEnd - subjectEnd), buffer.Slice(textEnd, end - textEnd));
        return new Rendering(content, Hash(buffer.Written.Span, subjectEnd, textEnd), null, null, null, null);
    }

    private JinjaValue VariablesOf(Notification notification, out TraceSecrets? hidden)
    {
        hidden = null;
        var variables = notification.Variables.IsEmpty ? JinjaValue.Dictionary([]) : JinjaValue.ParseJson(notification.Variables);
        if (notification.Secrets is not { } sealedSecrets) return variables;
        var secret = JinjaValue.ParseJson(secrets.Open(sealedSecrets, SecretsPurpose(notification.Id)).AsMemory());
        hidden = new TraceSecrets(secret);
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

    private static Rendering Fail(string reason, string fault) => new(default, default, null, reason, fault, null);
}
