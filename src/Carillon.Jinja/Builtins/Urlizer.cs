using System.Text;
using System.Text.RegularExpressions;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>The filter <c>urlize</c>: makes links of what looks like an address of the web or of mail.</summary>
internal static class Urlizer
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private static readonly Regex Http = new(
        @"^((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)"
        + @"|(https?://)(([\d]{1,3})(\.[\d]{1,3}){3}|\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}]))(?::[\d]{1,5})?(?:[/?#]\S*)?\z",
        Linear | RegexOptions.IgnoreCase, Regex.InfiniteMatchTimeout);

    private static readonly Regex Email = new(@"^\S+@\w[\w.-]*\.\w+\z", Linear, Regex.InfiniteMatchTimeout);

    private static readonly Regex Scheme = new(@"^([\w.+-]{2,}:(/){0,2})\z", Linear, Regex.InfiniteMatchTimeout);

    public static JinjaValue Urlize(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var rel = new SortedSet<string>(StringComparer.Ordinal) { "noopener" };
        if (!a[4].IsNone) rel.UnionWith(TextSplit.OnSpace(TextMethods.Str(a[4], "urlize")));
        if (Python.Truth(a[2])) rel.Add("nofollow");
        var attributes = $" rel=\"{Html.Escape(string.Join(' ', rel))}\"";
        if (Python.Truth(a[3])) attributes += $" target=\"{Html.Escape(a[3]).Text}\"";
        var schemes = a[5].IsNone ? [] : Python.ToArray(a[5], state).Select(s => TextMethods.Str(s, "urlize")).ToArray();
        foreach (var scheme in schemes)
        {
            if (!Scheme.IsMatch(scheme)) throw new FilterArgumentException($"{PythonText.Quote(scheme)} is not a valid URI scheme prefix.");
        }
        var result = new StringBuilder();
        foreach (var word in Words(Html.Escape(a[0]).Text))
        {
            state.Tick();
            var linked = PythonText.IsSpace(word[0]) ? word : Link(state, word, a[1], attributes, schemes);
            state.Charge(linked.Length);
            result.Append(linked);
        }
        return JinjaValue.FromText(result.ToString(), state.Context.Autoescape);
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var space = PythonText.IsSpace(text[i]);
            while (i < text.Length && PythonText.IsSpace(text[i]) == space) i++;
            yield return text[start..i];
        }
    }

    private static string Link(RenderState state, string word, JinjaValue limit, string attributes, string[] schemes)
    {
        var headLength = HeadLength(word);
        var head = word[..headLength];
        var middle = word[headLength..];
        var tailLength = TailLength(middle);
        var tail = middle[^tailLength..];
        middle = middle[..^tailLength];
        // Brackets that were opened within the address belong to it.
        Balance("(", ")");
        Balance("<", ">");
        Balance("&lt;", "&gt;");
        return head + Anchor(middle, limit, attributes, schemes) + tail;

        void Balance(string open, string close)
        {
            var opened = middle.AsSpan().Count(open);
            if (opened <= middle.AsSpan().Count(close)) return;
            for (var n = Math.Min(opened, tail.AsSpan().Count(close)); n > 0; n--)
            {
                state.Tick(1 + word.Length / 64);
                var end = tail.IndexOf(close, StringComparison.Ordinal) + close.Length;
                middle += tail[..end];
                tail = tail[end..];
            }
        }
    }

    private static int HeadLength(string word)
    {
        var length = 0;
        while (length < word.Length)
        {
            if (word[length] is '(' or '<') length++;
            else if (string.CompareOrdinal(word, length, "&lt;", 0, 4) == 0) length += 4;
            else break;
        }
        return length;
    }

    private static int TailLength(string word)
    {
        var end = word.Length;
        while (end > 0)
        {
            if (word[end - 1] is ')' or '>' or '.' or ',') end--;
            else if (end >= 4 && string.CompareOrdinal(word, end - 4, "&gt;", 0, 4) == 0) end -= 4;
            else break;
        }
        return word.Length - end;
    }

    private static string Anchor(string middle, JinjaValue limit, string attributes, string[] schemes)
    {
        if (Http.IsMatch(middle))
        {
            var scheme = middle.StartsWith("https://", StringComparison.Ordinal) || middle.StartsWith("http://", StringComparison.Ordinal) ? "" : "https://";
            return $"<a href=\"{scheme}{middle}\"{attributes}>{Shorten(middle, limit)}</a>";
        }
        if (middle.StartsWith("mailto:", StringComparison.Ordinal) && Email.IsMatch(middle[7..])) return $"<a href=\"{middle}\">{middle[7..]}</a>";
        if (middle.Contains('@', StringComparison.Ordinal) && !middle.StartsWith("www.", StringComparison.Ordinal) && !middle.Contains(':', StringComparison.Ordinal) && Email.IsMatch(middle))
            return $"<a href=\"mailto:{middle}\">{middle}</a>";
        foreach (var scheme in schemes)
        {
            if (middle != scheme && middle.StartsWith(scheme, StringComparison.Ordinal)) middle = $"<a href=\"{middle}\"{attributes}>{middle}</a>";
        }
        return middle;
    }

    private static string Shorten(string text, JinjaValue limit)
    {
        if (limit.IsNone) return text;
        if (limit.Ref is UndefinedValue undefined) throw undefined.Error();
        var most = Python.SmallInteger(limit);
        if (PythonText.Length(text) <= most) return text;
        var length = PythonText.Length(text);
        return PythonText.Substring(text, 0, Math.Max(0, most < 0 ? length + most : most)) + "...";
    }
}
