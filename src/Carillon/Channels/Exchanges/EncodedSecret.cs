using System.Globalization;
using System.Text;

namespace Carillon.Channels.Exchanges;

/// <summary>
/// One secret, found in a text however it was encoded on its way there: as it is, percent-encoded, with the escapes of JSON, HTML or
/// quoted-printable, each of these for any of its characters and also mixed; within base64, at whichever of its three alignments, and in hexadecimal.
/// </summary>
/// <remarks>
/// A user name and password in base64 hold the password somewhere. Of <c>hunter2</c> behind no, one or two bytes (modulo three) the characters that
/// neighbours have no part in are <c>aHVudGVyM</c>, <c>h1bnRlcj</c> and <c>odW50ZXIy</c>; what is masked is all the base64 around them.
/// </remarks>
internal sealed class EncodedSecret
{
    /// <summary>What a text that breaks off has of a secret is masked from here on.</summary>
    private const int ShortestCut = 4;

    /// <summary>In the widest writing a character of a secret takes so many of the text: <c>\\u0026</c>, <c>%25C3</c>.</summary>
    private const int Widest = 12;

    private static readonly Dictionary<string, string> Entities = new(StringComparer.Ordinal)
    {
        ["amp"] = "&",
        ["lt"] = "<",
        ["gt"] = ">",
        ["quot"] = "\"",
        ["apos"] = "'",
        ["nbsp"] = "\u00a0",
    };

    private readonly List<Form> _forms = [];

    public EncodedSecret(string secret)
    {
        // Line ends come and go on the way: none is looked for, and each may stand anywhere.
        var plain = string.Concat(secret.Where(c => c is not ('\r' or '\n')));
        Add(plain, isBase64: false);
        var bytes = Encoding.UTF8.GetBytes(secret);
        Add(Convert.ToHexString(bytes), isBase64: false);
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            var first = ((offset * 8) + 5) / 6;
            var last = (offset + bytes.Length) * 8 / 6;
            if (last - first < ShortestCut) continue;
            Add(encoded[first..last], isBase64: true);
            Add(encoded[first..last].Replace('+', '-').Replace('/', '_'), isBase64: true);
        }

        MaxLength = Math.Min(_forms.Max(f => f.Text.Length) * Widest, 1 << 16);
    }

    /// <summary>How long it is at most in a text.</summary>
    public int MaxLength { get; }

    public string RemoveFrom(string text, string replacement)
    {
        foreach (var form in _forms) text = Remove(text, form, replacement);
        return text;
    }

    private void Add(string text, bool isBase64)
    {
        if (text.Length > 0 && !_forms.Exists(f => f.Text == text)) _forms.Add(new Form(text, isBase64));
    }

    private static string Remove(string text, Form form, string replacement)
    {
        StringBuilder? result = null;
        var kept = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (!MayBegin(text[at], form.Text[0])) continue;
            var end = Match(text, at, form.Text);
            if (end < 0) continue;
            var start = at;
            if (form.IsBase64)
            {
                while (start > kept && IsBase64(text[start - 1])) start--;
                while (end < text.Length && IsBase64(text[end])) end++;
            }

            (result ??= new StringBuilder()).Append(text, kept, start - kept).Append(replacement);
            kept = end;
            at = end - 1;
        }

        return result is null ? text : result.Append(text, kept, text.Length - kept).ToString();
    }

    private static bool MayBegin(char c, char first) => IsSame(c, first) || c is '+' or '%' or '=' or '\\' or '&';

    /// <summary>Where the secret that begins here ends; -1 when none does.</summary>
    private static int Match(string text, int at, string secret)
    {
        // Several ways to read on: a percent sign may begin an escape, or stand for itself.
        List<int> places = [at], next = [];
        for (var i = 0; i < secret.Length; i++)
        {
            next.Clear();
            foreach (var place in places)
            {
                Step(text, place, secret[i], next);
                if (i > 0 && AfterLineEnd(text, place) is var after && after > place) Step(text, after, secret[i], next);
            }

            if (next.Count == 0) return -1;
            if (next.Contains(text.Length) && i + 1 >= ShortestCut) return text.Length;
            (places, next) = (next, places);
        }

        return places.Max();
    }

    /// <summary>Adds the places behind a writing of the character that stands here.</summary>
    private static void Step(string text, int at, char wanted, List<int> places)
    {
        if (at >= text.Length) return;
        var c = text[at];
        if (IsSame(c, wanted)) Reached(at + 1);
        switch (c)
        {
            case '+':
                if (wanted == ' ') Reached(at + 1);
                break;
            case '%' or '=':
                Percent(text, at, wanted, places);
                break;
            case '\\':
                Backslash(text, at, wanted, places);
                break;
            case '&':
                Entity(text, at, wanted, places);
                break;
        }

        void Reached(int place)
        {
            if (!places.Contains(place)) places.Add(place);
        }
    }

    /// <summary><c>%2B</c>, <c>%252B</c> and <c>=2B</c>; beyond ASCII the bytes of UTF-8, at each of whose halves of a pair one stands still.</summary>
    private static void Percent(string text, int at, char wanted, List<int> places)
    {
        Span<byte> bytes = stackalloc byte[4];
        var sign = text[at];
        var start = at;
        for (var count = 0; count < bytes.Length && at < text.Length && text[at] == sign; count++)
        {
            at++;
            while (sign == '%' && at + 1 < text.Length && text[at] == '2' && text[at + 1] == '5' && IsHex(text, at + 2, 2)) at += 2;
            if (!IsHex(text, at, 2)) return;
            bytes[count] = byte.Parse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at += 2;
            if (Rune.DecodeFromUtf8(bytes[..(count + 1)], out var rune, out _) != System.Buffers.OperationStatus.Done) continue;
            if (!rune.IsBmp ? char.IsLowSurrogate(wanted) : IsSame((char)rune.Value, wanted)) places.Add(at);
            // The first half is taken without going on; its other half must be the same rune.
            else if (!rune.IsBmp && char.IsHighSurrogate(wanted)) places.Add(start);
            return;
        }
    }

    /// <summary><c>\u002B</c>, <c>\"</c>, <c>\/</c>, <c>\t</c>, behind one backslash or several.</summary>
    private static void Backslash(string text, int at, char wanted, List<int> places)
    {
        var escaped = at;
        while (escaped < text.Length && text[escaped] == '\\')
        {
            escaped++;
            if (wanted == '\\') places.Add(escaped);
        }

        if (escaped >= text.Length) return;
        if (text[escaped] is 'u' or 'U' && IsHex(text, escaped + 1, 4))
        {
            var value = (char)ushort.Parse(text.AsSpan(escaped + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (IsSame(value, wanted)) places.Add(escaped + 5);
        }

        if (text[escaped] == 't' && wanted == '\t') places.Add(escaped + 1);
        if (!char.IsAsciiLetterOrDigit(wanted) && text[escaped] == wanted) places.Add(escaped + 1);
    }

    /// <summary><c>&amp;amp;</c>, <c>&amp;#43;</c>, <c>&amp;#x2B;</c>.</summary>
    private static void Entity(string text, int at, char wanted, List<int> places)
    {
        var end = text.IndexOf(';', at, Math.Min(12, text.Length - at));
        if (end < 0) return;
        var name = text[(at + 1)..end];
        string? value = null;
        if (name.StartsWith("#x", StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) value = TextOf(hex);
        else if (name.StartsWith('#') && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) value = TextOf(number);
        else Entities.TryGetValue(name, out value);
        if (value is { Length: 1 } && IsSame(value[0], wanted)) places.Add(end + 1);
        else if (value is { Length: 2 } && (char.IsHighSurrogate(wanted) ? value[0] : value[1]) == wanted) places.Add(char.IsHighSurrogate(wanted) ? at : end + 1);
    }

    private static string? TextOf(int value) => Rune.IsValid(value) ? new Rune(value).ToString() : null;

    /// <summary>Line ends, as they are and as JSON has them; what folds a header, and what quoted-printable breaks its lines by.</summary>
    private static int AfterLineEnd(string text, int at)
    {
        while (at < text.Length)
        {
            var before = at;
            if (text[at] == '=' && at + 1 < text.Length && text[at + 1] is '\r' or '\n') at++;
            if (text[at] is '\r' or '\n') at++;
            else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is 'r' or 'n') at += 2;
            else if (at + 2 < text.Length && text[at] == '%' && text[at + 1] == '0' && text[at + 2] is 'A' or 'a' or 'D' or 'd') at += 3;
            if (at == before) return at;
        }

        return at;
    }

    private static bool IsSame(char a, char b) => a == b || char.ToUpperInvariant(a) == char.ToUpperInvariant(b);

    private static bool IsHex(string text, int at, int count)
    {
        if (at + count > text.Length) return false;
        for (var i = at; i < at + count; i++)
        {
            if (!char.IsAsciiHexDigit(text[i])) return false;
        }

        return true;
    }

    private static bool IsBase64(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '-' or '_';

    private sealed record Form(string Text, bool IsBase64);
}
