namespace Carillon.Mail;

/// <summary>Who says a line of a dialogue.</summary>
public enum SmtpDialogueSide
{
    Client,
    Server,

    /// <summary>Nobody: what happened to the connection, or what was left out.</summary>
    Note,
}

/// <summary>
/// One line of a dialogue, without its line end, for whom <see cref="SmtpOptions.Observer"/> tells it. What proves who the client is stands there as
/// <c>***</c>; of a message's content there are the first lines. A server may say anything, a password that it was told included.
/// </summary>
/// <param name="Side">Who says it.</param>
/// <param name="Text">Up to 2,000 characters.</param>
public readonly record struct SmtpDialogueLine(SmtpDialogueSide Side, string Text);
