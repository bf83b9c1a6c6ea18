using System.Text;

namespace Carillon.Jinja.Values;

/// <summary>The few methods of what <c>encode</c> gives that a template has a use for.</summary>
internal static class BytesMethods
{
    public static IEnumerable<Method> All() =>
    [
        new("decode", "encoding='utf-8', errors='strict'", (s, a) => Decode(s, ((BytesText)a[0].Ref!).Bytes, TextMethods.Str(a[1], "decode"))),
        new("hex", "", (s, a) => Hex(s, ((BytesText)a[0].Ref!).Bytes)),
    ];

    private static JinjaValue Decode(Execution.RenderState state, byte[] bytes, string encoding)
    {
        state.Charge(bytes.Length);
        switch (encoding.ToLowerInvariant().Replace('_', '-'))
        {
            case "utf-8" or "utf8" when System.Text.Unicode.Utf8.IsValid(bytes): return Encoding.UTF8.GetString(bytes);
            case "ascii" or "us-ascii" when Ascii.IsValid(bytes): return Encoding.ASCII.GetString(bytes);
            case "latin-1" or "latin1" or "iso-8859-1": return Encoding.Latin1.GetString(bytes);
            case "utf-8" or "utf8" or "ascii" or "us-ascii": throw new TemplateRuntimeException($"'{encoding}' codec can't decode bytes", "UnicodeDecodeError");
            default: throw Errors.Lookup($"unknown encoding: {encoding}");
        }
    }

    private static JinjaValue Hex(Execution.RenderState state, byte[] bytes)
    {
        state.Charge(bytes.Length * 2L);
        return Convert.ToHexStringLower(bytes);
    }
}
