using System.Globalization;

namespace Carillon.Contacts.Phone;

/// <summary>
/// A telephone number as libphonenumber reads it: its calling code, its national significant number (E.164) with the zeros it begins with,
/// and an extension. Two spellings of one number are equal. What is asked of it comes from <c>PhoneMetadata.txt</c>, the numbering plans
/// as libphonenumber keeps them.
/// </summary>
/// <param name="CallingCode">1 to 999, as in +52.</param>
/// <param name="NationalNumber">2 to 17 ASCII digits, without the national prefix.</param>
/// <param name="Extension">ASCII digits, or null.</param>
public sealed record PhoneNumber(int CallingCode, string NationalNumber, string? Extension = null)
{
    /// <summary>
    /// The number that a person wrote: international (+52 55 1234 5678), as dialled in the default region (with its national or
    /// international prefix), as a tel: URI (RFC 3966), with letters for digits, with an extension. Null when it is no telephone number.
    /// It need not be valid, nor possible.
    /// </summary>
    /// <param name="defaultRegion">ISO 3166 alpha-2, in either case; null or unknown when only international numbers are to be read.</param>
    public static PhoneNumber? Parse(string text, string? defaultRegion = null) => PhoneParser.Parse(text, defaultRegion);

    /// <summary>Is there a numbering plan for this region?</summary>
    public static bool IsRegion(string region) => Territories.OfRegion(region) is not null;

    /// <summary>It has a length that numbers of its plan have, even if only within an area: enough to dial, not to exist.</summary>
    public bool IsPossible => Main?.TestLength(NationalNumber) is NumberLength.Possible or NumberLength.LocalOnly;

    /// <summary>It has a length with which it can be dialled from anywhere.</summary>
    public bool IsPossibleAbroad => Main?.TestLength(NationalNumber) is NumberLength.Possible;

    /// <summary>It lies in a range that its plan has given out. The plan's owner may know of newer ones.</summary>
    public bool IsValid => Type != PhoneNumberType.Unknown;

    /// <summary>ISO 3166 alpha-2; 001 for numbers of no country; null when the plan gives it to none.</summary>
    public string? Region => Territories.OfNumber(CallingCode, NationalNumber)?.Region;

    /// <summary>As <see cref="Region"/>, of a number in E.164 as addresses are kept.</summary>
    internal static string? RegionOf(string e164)
    {
        if (e164.Length < 4 || e164[0] != '+') return null;
        var code = 0;
        for (var length = 1; length <= 3; length++)
        {
            if (!char.IsAsciiDigit(e164[length])) return null;
            code = (code * 10) + e164[length] - '0';
            if (Territories.IsCallingCode(code)) return Territories.OfNumber(code, e164[(length + 1)..])?.Region;
        }

        return null;
    }

    public PhoneNumberType Type => Territories.OfNumber(CallingCode, NationalNumber)?.TypeOf(NationalNumber) ?? PhoneNumberType.Unknown;

    /// <summary>A plus and the digits, without the extension.</summary>
    public string ToE164() => string.Create(CultureInfo.InvariantCulture, stackalloc char[32], $"+{CallingCode}{NationalNumber}");

    /// <summary>As it is written inside its country: (415) 555-2671.</summary>
    public string ToNational() => (Main?.FormatNational(NationalNumber) ?? NationalNumber) + Suffix();

    /// <summary>As it is written for the world: +1 415-555-2671.</summary>
    public string ToInternational() =>
        string.Create(CultureInfo.InvariantCulture, stackalloc char[64], $"+{CallingCode} {Main?.FormatInternational(NationalNumber) ?? NationalNumber}{Suffix()}");

    public override string ToString() => ToE164() + Suffix();

    /// <summary>Countries that share a calling code write their numbers as its main country does.</summary>
    private Territory? Main => Territories.MainOf(CallingCode);

    private string Suffix() => Extension is null ? "" : (Main?.ExtensionPrefix ?? " ext. ") + Extension;
}
