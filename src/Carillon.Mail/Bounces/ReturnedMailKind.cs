namespace Carillon.Mail.Bounces;

/// <summary>What a mail that came back to the sending address is.</summary>
public enum ReturnedMailKind
{
    /// <summary>An ordinary mail, or a notice that says nothing about delivery (a read receipt, an aggregate report).</summary>
    None,

    /// <summary>A report that delivery failed or is late (RFC 3464, or one of the many formats that are no standard).</summary>
    Bounce,

    /// <summary>A recipient or a provider complains (RFC 5965), or reports failed authentication (RFC 6591).</summary>
    Complaint,

    /// <summary>A machine answered for a person, such as out of office (RFC 3834). Delivery succeeded.</summary>
    AutoReply,

    /// <summary>A report that delivery succeeded (<c>Action: delivered</c>, <c>relayed</c> or <c>expanded</c>).</summary>
    DeliveryNotice,
}
