namespace Carillon.Contacts.Phone;

/// <summary>One numbering plan: that of a country or territory, or of a calling code of no country (region 001).</summary>
internal sealed class Territory
{
    public required string Region { get; init; }

    public required int CallingCode { get; init; }

    public required NumberDescription General { get; init; }

    /// <summary>In the order in which they are tried; fixed lines and mobiles, which may overlap, stand apart.</summary>
    public required IReadOnlyList<(PhoneNumberType Type, NumberDescription Numbers)> SpecialTypes { get; init; }

    public NumberDescription? FixedLines { get; init; }

    public NumberDescription? Mobiles { get; init; }

    /// <summary>The plan does not tell fixed lines from mobiles.</summary>
    public bool FixedIsMobile { get; init; }

    /// <summary>What is dialled before a number abroad.</summary>
    public PhonePattern? InternationalPrefix { get; init; }

    /// <summary>What is dialled before a number inside the country, often with a carrier's code.</summary>
    public PhonePattern? NationalPrefix { get; init; }

    /// <summary>What the prefix is replaced by where it is not just dropped, as in Argentina.</summary>
    public string? Transform { get; init; }

    /// <summary>Of countries that share a calling code: the digits that its numbers begin with, where they alone decide.</summary>
    public PhonePattern? LeadingDigits { get; init; }

    public string? ExtensionPrefix { get; init; }

    /// <summary>A number that might be one: a mobile where there are any.</summary>
    public string? Example { get; init; }

    public required IReadOnlyList<NumberFormat> Formats { get; init; }

    public required IReadOnlyList<NumberFormat> InternationalFormats { get; init; }

    public NumberLength TestLength(string number) => General.TestLength(number.Length);

    public PhoneNumberType TypeOf(string number)
    {
        if (!General.Contains(number)) return PhoneNumberType.Unknown;
        foreach (var (type, numbers) in SpecialTypes)
        {
            if (numbers.Contains(number)) return type;
        }

        if (FixedLines?.Contains(number) == true)
            return FixedIsMobile || Mobiles?.Contains(number) == true ? PhoneNumberType.FixedLineOrMobile : PhoneNumberType.FixedLine;
        return !FixedIsMobile && Mobiles?.Contains(number) == true ? PhoneNumberType.Mobile : PhoneNumberType.Unknown;
    }

    /// <summary>The number without its national prefix; null when it has none, or would no longer be a number of the plan without.</summary>
    public string? WithoutNationalPrefix(string number)
    {
        if (NationalPrefix is null || number.Length == 0) return null;
        var match = NationalPrefix.MatchStart(number);
        if (!match.Success) return null;
        var rest = number[match.Length..];

        // The rule applies only where the number goes on within the prefix's pattern: its last group caught it.
        var stripped = Transform is null || match.Groups[match.Groups.Count - 1].Length == 0 ? rest : match.Result(Transform) + rest;
        return General.Pattern.IsWhole(number) && !General.Pattern.IsWhole(stripped) ? null : stripped;
    }

    public string FormatNational(string number) =>
        FormatOf(Formats, number) is { } format ? format.Pattern.MatchWhole(number).Result(format.National) : number;

    public string FormatInternational(string number) =>
        FormatOf(InternationalFormats.Count > 0 ? InternationalFormats : Formats, number) is { } format
            ? format.Pattern.MatchWhole(number).Result(format.International)
            : number;

    private static NumberFormat? FormatOf(IReadOnlyList<NumberFormat> formats, string number)
    {
        foreach (var format in formats)
        {
            if (format.Fits(number)) return format;
        }

        return null;
    }
}
