using System.Text;

namespace Carillon.Mail.Bounces;

/// <summary>
/// The words of a diagnostic as rules see them: lower case, apostrophes dropped (<c>doesnt</c>), addresses, links, hosts and numbers replaced
/// by what they are, so that a rule reads the wording and never the data in it.
/// </summary>
internal sealed class DiagnosticText
{
    private const int MaximumLength = 6000;
    private const int MaximumWords = 800;

    /// <summary>Stands where a sentence ends; no wording reaches over it.</summary>
    public const string SentenceEnd = ".";

    private readonly HashSet<string> _known;

    private DiagnosticText(string[] words)
    {
        Words = words;
        _known = new HashSet<string>(words, StringComparer.Ordinal);
    }

    public string[] Words { get; }

    public static DiagnosticText Of(string text)
    {
        var words = new List<string>();
        ReadOnlySpan<char> rest = text.AsSpan(0, Math.Min(text.Length, MaximumLength));
        while (!rest.IsEmpty && words.Count < MaximumWords)
        {
            int start = 0;
            while (start < rest.Length && char.IsWhiteSpace(rest[start])) start++;
            int end = start;
            while (end < rest.Length && !char.IsWhiteSpace(rest[end])) end++;
            if (end > start) Add(words, rest[start..end]);
            if (end > start && rest[end - 1] is '.' or ';' or '!' && words.Count > 0) words.Add(SentenceEnd);
            rest = rest[end..];
        }
        return new DiagnosticText([.. words]);
    }

    /// <summary>Whether one of the words is here; a word that ends in <c>*</c> may have any ending and counts as here.</summary>
    public bool HasAny(string[] alternatives)
    {
        foreach (string alternative in alternatives)
            if (alternative[^1] == '*' || _known.Contains(alternative)) return true;
        return false;
    }

    /// <summary>The text with runs of white space as one blank, cut at <paramref name="maximum"/>.</summary>
    public static string OneLine(string text, int maximum)
    {
        var output = new StringBuilder(Math.Min(text.Length, maximum));
        bool blank = false;
        foreach (char c in text)
        {
            if (output.Length >= maximum) break;
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                blank = output.Length > 0;
                continue;
            }
            if (blank) output.Append(' ');
            blank = false;
            output.Append(c);
        }
        return output.Length > maximum ? output.ToString(0, maximum) : output.ToString();
    }

    private static void Add(List<string> words, ReadOnlySpan<char> token)
    {
        if (token.Contains("://", StringComparison.Ordinal) || token.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
            words.Add(LinkWord(token));
        else if (token.Contains('@') && token.Length > 2) AddAround(words, token);
        else if (IsCode(token)) return;
        else if (IsHost(token)) words.Add(IsNumeric(token) ? "ipaddr" : "hostname");
        else AddWords(words, token);
    }

    // A link to the page of a block list is often all that a refusal says.
    private static string LinkWord(ReadOnlySpan<char> token)
    {
        foreach (string list in BlockListSites)
            if (token.Contains(list, StringComparison.OrdinalIgnoreCase)) return "dnsbl";
        return "link";
    }

    private static readonly string[] BlockListSites =
    [
        "spamhaus.org", "spamcop.net", "sorbs.net", "abuseat.org", "barracudacentral.org", "dnsbl", "/rbl", "spamrl", "uceprotect",
        "mailspike", "njabl.org", "blacklist",
    ];

    // "<user@example.org>:unknown" has a word behind the address
    private static void AddAround(List<string> words, ReadOnlySpan<char> token)
    {
        words.Add("addr");
        int close = token.LastIndexOfAny('>', ')');
        if (close >= 0 && close + 1 < token.Length) AddWords(words, token[(close + 1)..]);
    }

    private static void AddWords(List<string> words, ReadOnlySpan<char> token)
    {
        var word = new StringBuilder();
        foreach (char c in token)
        {
            if (char.IsLetterOrDigit(c)) word.Append(char.ToLowerInvariant(c));
            else if (c is not ('\'' or '\u2019')) Flush(words, word);
        }
        Flush(words, word);
    }

    private static void Flush(List<string> words, StringBuilder word)
    {
        if (word.Length == 0) return;
        bool number = true;
        for (int i = 0; i < word.Length && number; i++) number = char.IsAsciiDigit(word[i]);
        if (!number) words.Add(word.ToString());
        word.Clear();
    }

    // 550-5.7.26, #5.1.1, (5.2.2): read as codes elsewhere
    private static bool IsCode(ReadOnlySpan<char> token)
    {
        int dots = 0;
        foreach (char c in token)
        {
            if (c == '.') dots++;
            else if (!(char.IsAsciiDigit(c) || "#-()[]:;,<>".Contains(c))) return false;
        }
        return dots < 3;
    }

    private static bool IsNumeric(ReadOnlySpan<char> token)
    {
        foreach (char c in token)
            if (char.IsAsciiLetter(c)) return false;
        return true;
    }

    // mx.example.org, [192.0.2.1], example.org.: letters or digits around an inner dot, and nothing that a sentence has
    private static bool IsHost(ReadOnlySpan<char> token)
    {
        ReadOnlySpan<char> bare = token.Trim("[](){}<>:;,.'\"");
        int dot = bare.IndexOf('.');
        if (dot <= 0 || dot == bare.Length - 1) return false;
        // "rejected.Please" lacks the blank of its sentence
        if (char.IsAsciiLetterUpper(bare[dot + 1]) && char.IsAsciiLetterLower(bare[dot - 1])) return false;
        // RESOLVER.ADR.RecipNotFound is a code of words
        ReadOnlySpan<char> last = bare[(bare.LastIndexOf('.') + 1)..];
        if (last.Length > 4 && char.IsAsciiLetterUpper(last[0]) && last.ContainsAnyInRange('a', 'z')) return false;
        foreach (char c in bare)
            if (!(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '[' or ']' or ':')) return false;
        return !bare.Contains("..", StringComparison.Ordinal);
    }
}
