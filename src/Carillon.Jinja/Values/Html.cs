using System.Buffers;
using System.Text;

namespace Carillon.Jinja.Values;

/// <summary>HTML escaping as MarkupSafe does it.</summary>
internal static class Html
{
    public static readonly SearchValues<char> Special = SearchValues.Create("&<>\"'");
    public static readonly SearchValues<byte> SpecialBytes = SearchValues.Create("&<>\"'"u8);

    /// <summary>Markup of a value: what is markup already stays.</summary>
    public static JinjaValue Escape(JinjaValue value)
    {
        if (value.IsMarkup) return value;
        if (value.Ref is UndefinedValue { Mode: UndefinedKind.Chainable }) return JinjaValue.Markup("");
        var text = Python.Str(value);
        return JinjaValue.Markup(value.Ref is ObjectValue { IsHtml: true } ? text : Escape(text));
    }

    public static string Escape(string text)
    {
        var next = text.AsSpan().IndexOfAny(Special);
        if (next < 0) return text;
        var builder = new StringBuilder(text.Length + 16);
        var rest = text.AsSpan();
        for (; next >= 0; next = rest.IndexOfAny(Special))
        {
            builder.Append(rest[..next]).Append(rest[next] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&#34;", _ => "&#39;" });
            rest = rest[(next + 1)..];
        }
        return builder.Append(rest).ToString();
    }

    public static ReadOnlySpan<byte> Entity(byte special) => special switch
    {
        (byte)'&' => "&amp;"u8,
        (byte)'<' => "&lt;"u8,
        (byte)'>' => "&gt;"u8,
        (byte)'"' => "&#34;"u8,
        _ => "&#39;"u8,
    };
}
