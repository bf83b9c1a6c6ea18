namespace Carillon.Mail.Bounces;

/// <summary>What a returned mail says about one recipient.</summary>
/// <param name="Recipient">The address; empty when the mail does not show it (complaints often hide it).</param>
/// <param name="Status">
/// The enhanced status code (RFC 3463) that says most, be it from a field or from the text of the reply. Where the mail has none,
/// <c>5.0.0</c> or <c>4.0.0</c> by what else it says. Empty for complaints and automatic replies.
/// </param>
/// <param name="Reason">The class of the cause.</param>
/// <param name="IsPermanent">
/// True when the address itself is no good, so that nothing should be sent to it again. A message that was refused for good
/// because of its content, its sender or its host is not permanent in this sense: the next one can pass.
/// </param>
/// <param name="ReplyCode">The SMTP reply code (RFC 5321), such as <c>550</c>; null when the mail shows none.</param>
/// <param name="Action">The <c>Action</c> of RFC 3464 in lower case, or what the notice amounts to; null for complaints and automatic replies.</param>
/// <param name="Diagnostic">The words of the server or of the notice, in one line, at most 1,000 characters; null when there are none.</param>
/// <param name="FeedbackType">The type of a complaint (RFC 5965), such as <c>abuse</c>; null for anything else.</param>
public sealed record ReturnedRecipient(
    string Recipient,
    string Status,
    ReturnReason Reason,
    bool IsPermanent,
    string? ReplyCode = null,
    string? Action = null,
    string? Diagnostic = null,
    string? FeedbackType = null);
