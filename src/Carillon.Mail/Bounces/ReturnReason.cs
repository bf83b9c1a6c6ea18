namespace Carillon.Mail.Bounces;

/// <summary>Why a mail came back. The classes are those that deliverability work commonly tells apart.</summary>
public enum ReturnReason
{
    /// <summary>The notice gives no cause at all.</summary>
    Undefined,

    /// <summary>The notice gives a cause that no rule knows; worth a look by a human.</summary>
    OnHold,

    /// <summary>The mailbox does not exist.</summary>
    UserUnknown,

    /// <summary>The domain does not exist or has no mail host.</summary>
    HostUnknown,

    /// <summary>The mailbox moved away and mail is not forwarded.</summary>
    HasMoved,

    /// <summary>The domain or the host takes no mail, by its own statement (a null MX, RFC 7505, among others).</summary>
    NotAccept,

    /// <summary>The mailbox is over its quota, or its disk is full.</summary>
    MailboxFull,

    /// <summary>The account is disabled, inactive or locked.</summary>
    Suspend,

    /// <summary>The recipient, or a filter of theirs, refused after the message was sent.</summary>
    Filtered,

    /// <summary>The sender's address or domain was refused.</summary>
    Rejected,

    /// <summary>The sending host or its network was refused.</summary>
    Blocked,

    /// <summary>The sending host or domain has a bad name with the receiver.</summary>
    BadReputation,

    /// <summary>The sending host lacks a valid reverse DNS entry.</summary>
    RequirePtr,

    /// <summary>Too many connections, messages or recipients in some time.</summary>
    TooManyConn,

    /// <summary>SPF, DKIM or DMARC failed.</summary>
    AuthFailure,

    /// <summary>Refused for a reason of access or security that is not stated closer.</summary>
    SecurityError,

    /// <summary>A policy of the receiver forbids the message.</summary>
    PolicyViolation,

    /// <summary>The content was taken for spam.</summary>
    SpamDetected,

    /// <summary>The content was taken for malware.</summary>
    VirusDetected,

    /// <summary>The format of the message or its header is not accepted.</summary>
    ContentError,

    /// <summary>The message breaks a rule of the mail standards, such as a missing From.</summary>
    NotCompliantRfc,

    /// <summary>The message is larger than the server takes.</summary>
    MesgTooBig,

    /// <summary>The message is larger than this recipient takes.</summary>
    ExceedLimit,

    /// <summary>The host was asked to relay and does not.</summary>
    NoRelaying,

    /// <summary>The host could not be reached, or did not take the message, until the time to try was over.</summary>
    Expired,

    /// <summary>DNS or routing failed, or the connection broke.</summary>
    NetworkError,

    /// <summary>The receiving system has a fault of its own.</summary>
    SystemError,

    /// <summary>The receiving system's disk is full.</summary>
    SystemFull,

    /// <summary>A program that delivers for the recipient failed.</summary>
    MailerError,

    /// <summary>A command was not understood or came out of sequence.</summary>
    SyntaxError,

    /// <summary>No failure: the message was delivered.</summary>
    Delivered,

    /// <summary>No failure: an automatic answer.</summary>
    Vacation,

    /// <summary>No failure of delivery: a complaint, see <see cref="ReturnedRecipient.FeedbackType"/>.</summary>
    Feedback,
}
