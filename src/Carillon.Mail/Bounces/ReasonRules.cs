using static Carillon.Mail.Bounces.ReturnReason;

namespace Carillon.Mail.Bounces;

/// <summary>Reads a reason from the words of a diagnostic, the more telling wordings before the more general.</summary>
internal static class ReasonRules
{
    /// <summary>
    /// The reason that the words name; <see cref="UserUnknown"/> where they say that there is no such mailbox; null where no rule applies.
    /// </summary>
    public static ReturnReason? Read(DiagnosticText text)
    {
        if (First(TellingWordings.Rules, text) is { } telling) return telling;
        if (SaysUnknown(text)) return UserUnknown;
        return First(GeneralWordings.Rules, text) ?? (MailboxWordings.Refused.Applies(text) ? Filtered : null);
    }

    /// <summary>A full or closed mailbox, if the words name one.</summary>
    public static ReturnReason? OfMailbox(DiagnosticText text) =>
        First(TellingWordings.Rules, text) is (MailboxFull or Suspend) and { } state ? state : null;

    public static bool SaysUnknown(DiagnosticText text) => MailboxWordings.Unknown.Applies(text) || MailboxWordings.Directory.Applies(text);

    public static bool SpeaksOfDirectory(DiagnosticText text) => MailboxWordings.Directory.Applies(text);

    public static bool RefusesAddress(DiagnosticText text) => MailboxWordings.Weak.Applies(text);

    private static ReturnReason? First(ReasonRule[] rules, DiagnosticText text)
    {
        foreach (ReasonRule rule in rules)
            if (rule.Applies(text)) return rule.Reason;
        return null;
    }
}
