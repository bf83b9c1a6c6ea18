using System.Buffers;
using System.Text;

namespace Carillon.Channels.Http;

/// <summary>One field or file of a form.</summary>
/// <param name="FileName">Null for what is no file.</param>
internal sealed record FormPart(string Name, string? FileName, ReadOnlyMemory<byte> Content)
{
    /// <summary>The content as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);
}

/// <summary>Reads and writes forms as multipart/form-data (RFC 7578).</summary>
internal static class MultipartForm
{
    public const string MediaType = "multipart/form-data";

    private const int MaxParts = 1000;
    private const int MaxHeadLength = 8192;

    public static bool IsMultipart(CallbackRequest request) =>
        request.Header("Content-Type")?.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase) == true;

    /// <exception cref="FormatException">It is no such form.</exception>
    public static IReadOnlyList<FormPart> Read(CallbackRequest request)
    {
        var boundary = Parameter(request.Header("Content-Type") ?? "", "boundary");
        if (boundary is not { Length: > 0 and <= 200 }) throw new FormatException("The form has no boundary.");
        var delimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);
        var parts = new List<FormPart>();
        var rest = request.Body;
        // Before the first delimiter there is no line end when nothing stands before it.
        var start = rest.Span.StartsWith(delimiter.AsSpan(2)) ? delimiter.Length - 2 : After(rest, delimiter);
        while (true)
        {
            if (start < 0) throw new FormatException("The form breaks off.");
            rest = rest[start..];
            if (rest.Span.StartsWith("--"u8)) return parts;
            var line = rest.Span.IndexOf("\r\n"u8);
            if (line < 0) throw new FormatException("The form breaks off.");
            rest = rest[line..];
            var end = rest.Span.IndexOf(delimiter);
            if (end < 0) throw new FormatException("The form breaks off.");
            if (parts.Count == MaxParts) throw new FormatException("The form has too many parts.");
            if (ReadPart(rest[..end]) is { } part) parts.Add(part);
            start = end + delimiter.Length;
        }
    }

    /// <summary>The fields that are no files.</summary>
    /// <exception cref="FormatException">It is no such form.</exception>
    public static FormFields Fields(CallbackRequest request)
    {
        var fields = new FormFields();
        foreach (var part in Read(request))
        {
            if (part.FileName is null) fields.Add(part.Name, part.Text);
        }

        return fields;
    }

    /// <summary>Appends a field or file. The name is the caller's own: nothing in it is escaped.</summary>
    public static void Write(RequestContent form, string boundary, string name, ReadOnlySpan<byte> content, string? fileName = null, string? mediaType = null)
    {
        var head = $"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{(fileName is null ? "" : $"; filename=\"{fileName}\"")}\r\n"
            + (mediaType is null ? "\r\n" : $"Content-Type: {mediaType}\r\n\r\n");
        form.Write(Encoding.UTF8.GetBytes(head));
        form.Write(content);
        form.Write("\r\n"u8);
    }

    public static void End(RequestContent form, string boundary) => form.Write(Encoding.UTF8.GetBytes($"--{boundary}--\r\n"));

    private static int After(ReadOnlyMemory<byte> body, byte[] delimiter)
    {
        var at = body.Span.IndexOf(delimiter);
        return at < 0 ? -1 : at + delimiter.Length;
    }

    /// <param name="part">From the line end before its headers.</param>
    private static FormPart? ReadPart(ReadOnlyMemory<byte> part)
    {
        var blank = part.Span.IndexOf("\r\n\r\n"u8);
        if (blank is < 0 or > MaxHeadLength) throw new FormatException("A part of the form has no content, or its headers are too long.");
        foreach (var line in Encoding.UTF8.GetString(part.Span[..blank]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase)) continue;
            return Parameter(line, "name") is { } name ? new FormPart(name, Parameter(line, "filename"), part[(blank + 4)..]) : null;
        }

        return null;
    }

    /// <summary>A parameter of a header; quoted or not.</summary>
    private static string? Parameter(string header, string name)
    {
        for (var at = header.IndexOf(';', StringComparison.Ordinal); at >= 0 && at < header.Length;)
        {
            var rest = header.AsSpan(at + 1);
            var equals = rest.IndexOf('=');
            if (equals < 0) return null;
            var found = rest[..equals].Trim();
            var value = rest[(equals + 1)..].TrimStart();
            var begin = header.Length - value.Length;
            int end;
            if (value.StartsWith("\""))
            {
                begin++;
                end = header.IndexOf('"', begin);
                if (end < 0) return null;
                at = header.IndexOf(';', end);
            }
            else
            {
                end = header.IndexOf(';', begin);
                at = end;
                if (end < 0) end = header.Length;
            }

            if (found.Equals(name, StringComparison.OrdinalIgnoreCase)) return header[begin..end].Trim();
        }

        return null;
    }
}
