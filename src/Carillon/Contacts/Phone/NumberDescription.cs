namespace Carillon.Contacts.Phone;

/// <summary>What a number's length says of it.</summary>
internal enum NumberLength : byte
{
    Possible,

    /// <summary>Dialled within an area only.</summary>
    LocalOnly,
    TooShort,
    TooLong,

    /// <summary>Between lengths that there are.</summary>
    Invalid,
}

/// <summary>The numbers of one kind in a plan: their pattern, and their lengths as bits (bit 10: ten digits).</summary>
/// <param name="Lengths">0 where the plan's general lengths hold.</param>
internal sealed record NumberDescription(PhonePattern Pattern, uint Lengths, uint LocalLengths)
{
    public bool Contains(string number) => (Lengths == 0 || Has(Lengths, number.Length)) && Pattern.IsWhole(number);

    public NumberLength TestLength(int length) =>
        Has(LocalLengths, length) ? NumberLength.LocalOnly
        : Has(Lengths, length) ? NumberLength.Possible
        : length < System.Numerics.BitOperations.TrailingZeroCount(Lengths) ? NumberLength.TooShort
        : length > 31 - System.Numerics.BitOperations.LeadingZeroCount(Lengths) ? NumberLength.TooLong
        : NumberLength.Invalid;

    private static bool Has(uint lengths, int length) => length < 32 && (lengths >> length & 1) != 0;
}

/// <summary>How numbers are grouped: the first whose leading digits and pattern fit.</summary>
/// <param name="Leading">What the number begins with; null for any.</param>
/// <param name="National">The replacement for use inside the country, with the national prefix where it is written.</param>
internal sealed record NumberFormat(PhonePattern Pattern, PhonePattern? Leading, string International, string National)
{
    public bool Fits(string number) => (Leading is null || Leading.MatchStart(number).Success) && Pattern.IsWhole(number);
}
