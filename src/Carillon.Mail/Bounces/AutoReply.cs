using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>Automatic answers such as out of office (RFC 3834). They mean that delivery succeeded and are never a bounce.</summary>
internal static class AutoReply
{
    private static readonly string[] SubjectStarts =
    [
        "auto:", "auto reply", "auto-reply", "autoreply", "auto response", "automatic reply", "automatic response", "automated reply",
        "automated response", "out of office", "out of the office", "out-of-office", "automatische antwort", "abwesenheit",
        "réponse automatique", "respuesta automática", "risposta automatica", "resposta automática", "automatisch antwoord",
        "автоответ", "自動応答", "自動返信", "自动回复",
    ];

    private static readonly string[] Fields = ["X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Auto-Reply-From", "X-Apple-Action"];

    /// <summary>The mail says by a field or in its subject that a machine answers, in a way that bounces do not use.</summary>
    public static bool IsDeclared(Evidence evidence)
    {
        if (evidence.HasDeliveryStatus) return false;
        HeaderFields fields = evidence.Fields;
        if (Fields.Any(fields.Has) || fields["Precedence"] is "auto_reply" or "auto-reply") return true;
        string subject = evidence.Subject.TrimStart();
        return Answers(fields) && SubjectStarts.Any(start => subject.StartsWith(start, StringComparison.OrdinalIgnoreCase));
    }

    // A newsletter about getting out of the office has the subject too, but it answers no mail.
    private static bool Answers(HeaderFields fields) =>
        fields.Has("In-Reply-To") || fields.Has("References") || fields.Has("Auto-Submitted") || fields.Has("X-Auto-Response-Suppress")
        || fields["Return-Path"]?.Trim() is "<>";

    public static ReturnedMailReport? Read(Evidence evidence)
    {
        bool replied = evidence.Fields["Auto-Submitted"]?.TrimStart().StartsWith("auto-replied", StringComparison.OrdinalIgnoreCase) ?? false;
        if (evidence.IsReceipt || evidence.HasDeliveryStatus || (!replied && !IsDeclared(evidence))) return null;
        string? who = MailAddresses.First(evidence.Fields["From"]) ?? MailAddresses.First(evidence.Fields["Reply-To"]);
        if (who is null) return null;
        var recipient = new ReturnedRecipient(who, "", ReturnReason.Vacation, IsPermanent: false);
        return new ReturnedMailReport(ReturnedMailKind.AutoReply, [recipient], OriginalIds.Bracketed(evidence.Fields["In-Reply-To"]));
    }
}
