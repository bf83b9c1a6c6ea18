using System.Text.RegularExpressions;

namespace Carillon.Contacts.Phone;

/// <summary>
/// A pattern of the numbering plans: there are thousands, and a server meets a few, so each is made when it is first asked for. What they are
/// matched with is short (at most 17 digits, or 250 characters of input), and none of them repeats what repeats.
/// </summary>
internal sealed class PhonePattern(string text)
{
    private Regex? _whole;
    private Regex? _start;

    public bool IsWhole(string digits) => Whole.IsMatch(digits);

    public Match MatchWhole(string digits) => Whole.Match(digits);

    public Match MatchStart(string digits) => (_start ??= Make($"^(?:{text})")).Match(digits);

    private Regex Whole => _whole ??= Make($"^(?:{text})$");

    private static Regex Make(string pattern) => new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
