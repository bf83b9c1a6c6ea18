using System.Globalization;
using System.Text.RegularExpressions;

namespace Carillon.Contacts.Phone;

/// <summary>Reads numbers by libphonenumber's rules (https://github.com/google/libphonenumber), written anew from its tables.</summary>
internal static partial class PhoneParser
{
    private const int MinNationalLength = 2;
    private const int MaxNationalLength = 17;

    public static PhoneNumber? Parse(string text, string? defaultRegion)
    {
        if (text.Length > PhoneText.MaxLength || Candidate(text) is not { } candidate || !PhoneText.IsViable(candidate)) return null;
        var plan = Territories.OfRegion(defaultRegion);
        if (plan is null && !PhoneText.IsPlus(candidate[0])) return null;

        var extension = PhoneText.FindExtension(candidate, out var end);
        if (extension is not null) candidate = candidate[..end];
        if (SplitOff(candidate, plan) is not { } split) return null;

        // Numbers of a shared calling code are read by its main country's plan, whatever the default region.
        var (code, national) = split;
        if (code == 0)
        {
            code = plan!.CallingCode;
            national = PhoneText.Normalize(candidate);
        }
        else
        {
            plan = Territories.MainOf(code);
        }

        if (national.Length < MinNationalLength) return null;
        if (plan!.WithoutNationalPrefix(national) is { } stripped
            && plan.TestLength(stripped) is NumberLength.Possible or NumberLength.TooLong)
        {
            national = stripped;
        }

        return national.Length is >= MinNationalLength and <= MaxNationalLength ? new PhoneNumber(code, national, extension) : null;
    }

    /// <summary>The text in which the number is: of a tel: URI with a context, the context's prefix and the number.</summary>
    private static string? Candidate(string text)
    {
        const string contextName = ";phone-context=";
        const string scheme = "tel:";
        var candidate = text;
        var context = text.IndexOf(contextName, StringComparison.Ordinal);
        if (context < 0)
        {
            candidate = PhoneText.Extract(text);
        }
        else
        {
            var valueStart = context + contextName.Length;
            var valueEnd = text.IndexOf(';', valueStart);
            var value = text[valueStart..(valueEnd < 0 ? text.Length : valueEnd)];
            var isPrefix = GlobalPrefix.IsMatch(value);
            if (!isPrefix && !DomainName.IsMatch(value)) return null;
            var start = text.IndexOf(scheme, StringComparison.Ordinal);
            start = start < 0 ? 0 : start + scheme.Length;
            if (start > context) return null;
            candidate = (isPrefix ? value : "") + text[start..context];
        }

        var subaddress = candidate.IndexOf(";isub=", StringComparison.Ordinal);
        return subaddress > 0 ? candidate[..subaddress] : candidate;
    }

    /// <summary>
    /// The calling code and what follows; code 0 where none is written and the default region's holds. Null where one is written that
    /// is not known.
    /// </summary>
    private static (int Code, string National)? SplitOff(string candidate, Territory? plan)
    {
        if (PhoneText.IsPlus(candidate[0]))
        {
            var bare = candidate.TrimStart('+', '\uff0b');
            var digits = PhoneText.Normalize(bare);
            if (digits.Length <= MinNationalLength) return null;
            if (CallingCodeOf(digits) is { } found) return found;

            // "+0052…", "+044…" in Britain: the plus was written too much.
            return bare.Length > 0 && SplitOffWithoutPlus(bare, plan) is { Code: not 0 } split ? split : null;
        }

        return SplitOffWithoutPlus(candidate, plan);
    }

    private static (int Code, string National)? SplitOffWithoutPlus(string candidate, Territory? plan)
    {
        var digits = PhoneText.Normalize(candidate);
        if (plan is null) return (0, "");
        if (plan.InternationalPrefix?.MatchStart(digits) is { Success: true, Length: > 0 } prefix && !IsZero(digits, prefix.Length))
        {
            var abroad = digits[prefix.Length..];
            return abroad.Length <= MinNationalLength ? null : CallingCodeOf(abroad);
        }

        // The region's own calling code without a plus: taken as one where the number fits the plan only so.
        var code = plan.CallingCode.ToString(CultureInfo.InvariantCulture);
        if (!digits.StartsWith(code, StringComparison.Ordinal)) return (0, "");
        var rest = digits[code.Length..];
        var general = plan.General.Pattern;
        var stripped = plan.WithoutNationalPrefix(rest) ?? rest;
        var fitsOnlySo = !general.IsWhole(digits) && general.IsWhole(stripped);
        return fitsOnlySo || plan.TestLength(digits) == NumberLength.TooLong ? (plan.CallingCode, stripped) : (0, "");
    }

    /// <summary>Calling codes never begin with 0: after an international prefix such a digit says that it was none.</summary>
    private static bool IsZero(string digits, int at) => at < digits.Length && digits[at] == '0';

    private static (int Code, string National)? CallingCodeOf(string digits)
    {
        if (digits[0] == '0') return null;
        var code = 0;
        for (var length = 1; length <= 3 && length <= digits.Length; length++)
        {
            code = code * 10 + digits[length - 1] - '0';
            if (Territories.IsCallingCode(code)) return (code, digits[length..]);
        }

        return null;
    }

    // RFC 3966: global-number-digits, and domainname.
    [GeneratedRegex(@"^\+(?:\d|[-.()])*\d(?:\d|[-.()])*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex GlobalPrefix { get; }

    [GeneratedRegex(@"^(?:[A-Za-z\d](?:[-A-Za-z\d]*[A-Za-z\d])?\.)*[A-Za-z](?:[-A-Za-z\d]*[A-Za-z\d])?\.?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DomainName { get; }
}
