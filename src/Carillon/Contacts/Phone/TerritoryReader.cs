using System.Text.Json;
using System.Text.RegularExpressions;

namespace Carillon.Contacts.Phone;

/// <summary>Reads one line of <c>PhoneMetadata.txt</c>, in which what a plan has not is left out.</summary>
internal static partial class TerritoryReader
{
    private static readonly (string Name, PhoneNumberType Type)[] Special =
    [
        ("PREMIUM_RATE", PhoneNumberType.PremiumRate),
        ("TOLL_FREE", PhoneNumberType.TollFree),
        ("SHARED_COST", PhoneNumberType.SharedCost),
        ("VOIP", PhoneNumberType.Voip),
        ("PERSONAL_NUMBER", PhoneNumberType.PersonalNumber),
        ("PAGER", PhoneNumberType.Pager),
        ("UAN", PhoneNumberType.Uan),
        ("VOICEMAIL", PhoneNumberType.Voicemail),
    ];

    public static Territory Read(string region, int code, byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var plan = document.RootElement;
        var types = plan.GetProperty("types");
        return new Territory
        {
            Region = region,
            CallingCode = code,
            General = Description(plan, "general")!,
            SpecialTypes = [.. Special.Where(s => types.TryGetProperty(s.Name, out _)).Select(s => (s.Type, Description(types, s.Name)!))],
            FixedLines = Description(types, "FIXED_LINE"),
            Mobiles = Description(types, "MOBILE"),
            FixedIsMobile = plan.TryGetProperty("fixed_is_mobile", out _),
            InternationalPrefix = Pattern(plan, "international_prefix"),
            NationalPrefix = Pattern(plan, "national_prefix"),
            Transform = Text(plan, "transform") is { } transform ? Replacement(transform) : null,
            LeadingDigits = Pattern(plan, "leading"),
            ExtensionPrefix = Text(plan, "extension_prefix"),
            Example = Text(plan, "example"),
            Formats = Formats(plan, "formats"),
            InternationalFormats = Formats(plan, "international_formats"),
        };
    }

    private static NumberDescription? Description(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found)
            ? new(Pattern(found, "pattern")!, Lengths(found, "lengths"), Lengths(found, "local_lengths"))
            : null;

    private static NumberFormat[] Formats(JsonElement plan, string name) =>
        plan.TryGetProperty(name, out var formats) ? [.. formats.EnumerateArray().Select(Format)] : [];

    private static NumberFormat Format(JsonElement format)
    {
        var international = Text(format, "format")!;

        // In the national rule $1 stands for the format's first group, whichever: "0$1" in "$2 15-$3" gives "0$2 15-$3".
        var national = Text(format, "national") is { } rule ? Group.Replace(international, rule.Replace("$1", "$0", StringComparison.Ordinal), 1) : international;
        return new NumberFormat(Pattern(format, "pattern")!, Pattern(format, "leading"), Replacement(international), Replacement(national));
    }

    /// <summary>Groups have one digit in these replacements: $15 is group 1 and a five. In .NET it would be group 15.</summary>
    private static string Replacement(string text) => Group.Replace(text, "$${${group}}");

    private static PhonePattern? Pattern(JsonElement parent, string name) => Text(parent, name) is { } text ? new PhonePattern(text) : null;

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static uint Lengths(JsonElement parent, string name)
    {
        var bits = 0u;
        if (parent.TryGetProperty(name, out var lengths))
        {
            foreach (var length in lengths.EnumerateArray()) bits |= 1u << length.GetInt32();
        }

        return bits;
    }

    [GeneratedRegex(@"\$(?<group>\d)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Group { get; }
}
