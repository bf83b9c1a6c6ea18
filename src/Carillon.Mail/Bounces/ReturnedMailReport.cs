namespace Carillon.Mail.Bounces;

/// <summary>What a mail that came back means. Immutable.</summary>
/// <param name="Kind">What the mail is.</param>
/// <param name="Recipients">
/// Whom it concerns, in the order of the mail; empty exactly when <paramref name="Kind"/> is <see cref="ReturnedMailKind.None"/>.
/// </param>
/// <param name="OriginalMessageId">The Message-ID of the mail that came back, with its angle brackets; null when not shown.</param>
/// <param name="OriginalEnvelopeId">The envelope id given at sending (RFC 3461, ENVID); null when not shown.</param>
/// <param name="ReportingMta">The host that reports, as it names itself; null when not shown.</param>
public sealed record ReturnedMailReport(
    ReturnedMailKind Kind,
    IReadOnlyList<ReturnedRecipient> Recipients,
    string? OriginalMessageId = null,
    string? OriginalEnvelopeId = null,
    string? ReportingMta = null)
{
    internal static ReturnedMailReport None { get; } = new(ReturnedMailKind.None, []);
}
