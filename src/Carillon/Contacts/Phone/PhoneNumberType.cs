using Carillon.Messages;

namespace Carillon.Contacts.Phone;

/// <summary>What kind of line a number belongs to, as libphonenumber tells them apart.</summary>
public enum PhoneNumberType : byte
{
    Unknown,
    FixedLine,
    Mobile,

    /// <summary>The number's plan does not tell the two apart, as in the United States.</summary>
    FixedLineOrMobile,
    TollFree,
    PremiumRate,
    SharedCost,
    Voip,
    PersonalNumber,
    Pager,

    /// <summary>A universal access number: one number for a company, routed to its offices.</summary>
    Uan,
    Voicemail,
}

public static class PhoneNumberTypeNames
{
    public static readonly WireNames<PhoneNumberType> All = new(
        (PhoneNumberType.Unknown, "unknown"),
        (PhoneNumberType.FixedLine, "fixed_line"),
        (PhoneNumberType.Mobile, "mobile"),
        (PhoneNumberType.FixedLineOrMobile, "fixed_line_or_mobile"),
        (PhoneNumberType.TollFree, "toll_free"),
        (PhoneNumberType.PremiumRate, "premium_rate"),
        (PhoneNumberType.SharedCost, "shared_cost"),
        (PhoneNumberType.Voip, "voip"),
        (PhoneNumberType.PersonalNumber, "personal_number"),
        (PhoneNumberType.Pager, "pager"),
        (PhoneNumberType.Uan, "uan"),
        (PhoneNumberType.Voicemail, "voicemail"));
}
