using System.Globalization;
using System.Text;

namespace Carillon.Mail;

/// <summary>The headers of a part: type, encoding, disposition, content id. Parameters outside ASCII go the way of RFC 2231.</summary>
internal static class PartHeaders
{
    private const int MaxSection = 60;

    public static void File(HeaderWriter writer, string contentType, ReadOnlySpan<byte> encoding, ReadOnlySpan<byte> disposition, string fileName, string? contentId)
    {
        writer.Begin("Content-Type"u8);
        foreach (Range range in contentType.AsSpan().Split(' '))
        {
            if (!contentType.AsSpan()[range].IsEmpty) writer.Token(contentType.AsSpan()[range]);
        }

        writer.End();
        writer.Field("Content-Transfer-Encoding"u8, encoding);
        if (contentId is not null) writer.Field("Content-ID"u8, $"<{contentId}>");
        writer.Begin("Content-Disposition"u8);
        writer.Token(disposition);
        Parameter(writer, "filename", fileName);
        writer.End();
    }

    private static void Parameter(HeaderWriter writer, string name, string value)
    {
        bool ascii = !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
        if (ascii && value.Length <= MaxSection)
        {
            writer.Glue(";"u8);
            writer.Token(name + "=" + Quote(value));
            return;
        }

        if (writer.AllowsUtf8 && value.Length <= MaxSection)
        {
            writer.Glue(";"u8);
            writer.Token(name + "=" + Quote(value));
            return;
        }

        string encoded = ascii ? value : "utf-8''" + PercentEncode(value);
        if (!ascii && encoded.Length <= MaxSection)
        {
            writer.Glue(";"u8);
            writer.Token(name + "*=" + encoded);
            return;
        }

        int section = 0;
        for (ReadOnlySpan<char> rest = encoded; !rest.IsEmpty; section++)
        {
            int length = Math.Min(rest.Length, MaxSection);
            // Not inside a %XX.
            for (int back = 1; !ascii && back <= 2 && length < rest.Length; back++)
            {
                if (rest[length - back] != '%') continue;
                length -= back;
                break;
            }

            string piece = rest[..length].ToString();
            writer.Glue(";"u8);
            writer.Token(string.Create(CultureInfo.InvariantCulture, $"{name}*{section}{(ascii ? "=" + Quote(piece) : "*=" + piece)}"));
            rest = rest[length..];
        }
    }

    private static string Quote(string value) =>
        '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';

    /// <summary>All but RFC 2231's attribute-char.</summary>
    private static string PercentEncode(string value)
    {
        var result = new StringBuilder(value.Length * 2);
        foreach (byte octet in Encoding.UTF8.GetBytes(value))
        {
            char c = (char)octet;
            if (char.IsAsciiLetterOrDigit(c) || "!#$&+-.^_`{|}~".Contains(c, StringComparison.Ordinal)) result.Append(c);
            else result.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }
}
