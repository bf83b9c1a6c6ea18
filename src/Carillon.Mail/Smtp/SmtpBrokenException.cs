namespace Carillon.Mail;

/// <summary>The connection cannot be used further. Never leaves the transport: it becomes an outcome there.</summary>
internal sealed class SmtpBrokenException(SmtpStage stage, string reason, SmtpReply? reply = null, Exception? inner = null)
    : Exception(reason, inner)
{
    public SmtpStage Stage { get; } = stage;

    public SmtpReply? Reply { get; } = reply;
}
