using System.Security.Cryptography;

namespace Carillon.Mail;

/// <summary>The hash of a body in its canonical form (RFC 6376 sections 3.4.3, 3.4.4).</summary>
internal static class DkimBody
{
    public static void Hash(ReadOnlySpan<byte> body, DkimCanonicalization form, Span<byte> hash)
    {
        if (form == DkimCanonicalization.Simple)
        {
            ReadOnlySpan<byte> trimmed = TrimEmptyLines(body);
            SHA256.HashData(trimmed.IsEmpty ? "\r\n"u8 : trimmed, hash);
            return;
        }

        // Most bodies are in relaxed form already; a few fast searches tell.
        if (!body.Contains((byte)'\t') && body.IndexOf("  "u8) < 0 && body.IndexOf(" \r"u8) < 0)
        {
            SHA256.HashData(TrimEmptyLines(body), hash);
            return;
        }

        using var relaxed = new PooledBuffer();
        Relax(body, relaxed);
        SHA256.HashData(TrimEmptyLines(relaxed.Written.Span), hash);
    }

    /// <summary>Runs of white space become one space; those at the ends of lines go.</summary>
    private static void Relax(ReadOnlySpan<byte> body, PooledBuffer output)
    {
        Span<byte> target = output.GetSpan(body.Length);
        int used = 0;
        bool space = false;
        foreach (byte octet in body)
        {
            if (octet is (byte)' ' or (byte)'\t')
            {
                space = true;
                continue;
            }

            if (space && octet != '\r') target[used++] = (byte)' ';
            space = false;
            target[used++] = octet;
        }

        output.Advance(used);
    }

    /// <summary>Without the empty lines at the end; what is left ends with one CRLF.</summary>
    private static ReadOnlySpan<byte> TrimEmptyLines(ReadOnlySpan<byte> body)
    {
        while (body.EndsWith("\r\n\r\n"u8)) body = body[..^2];
        return body.SequenceEqual("\r\n"u8) ? [] : body;
    }
}
