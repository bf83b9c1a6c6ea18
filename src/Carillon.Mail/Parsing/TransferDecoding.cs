namespace Carillon.Mail.Parsing;

/// <summary>Content-Transfer-Encoding undone (RFC 2045, section 6). Damaged input gives what can be read, never an error.</summary>
internal static class TransferDecoding
{
    // The body has one character per octet.
    public static byte[] Decode(ReadOnlySpan<char> body, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        "base64" => Base64(body),
        "quoted-printable" => QuotedPrintable(body, underscoreIsSpace: false),
        _ => Octets(body),
    };

    public static byte[] Octets(ReadOnlySpan<char> body)
    {
        var octets = new byte[body.Length];
        for (int i = 0; i < body.Length; i++) octets[i] = (byte)body[i];
        return octets;
    }

    public static byte[] Base64(ReadOnlySpan<char> body)
    {
        var output = new List<byte>((body.Length * 3 / 4) + 3);
        int bits = 0, count = 0;
        foreach (char c in body)
        {
            int value = c switch
            {
                >= 'A' and <= 'Z' => c - 'A',
                >= 'a' and <= 'z' => c - 'a' + 26,
                >= '0' and <= '9' => c - '0' + 52,
                '+' => 62,
                '/' => 63,
                _ => -1,
            };
            if (c == '=') count = 0;
            if (value < 0) continue;
            bits = (bits << 6) | value;
            count++;
            // 4 x 6 bits -> 3 octets, each given out as soon as its eight bits are there
            if (count is 2) output.Add((byte)(bits >> 4));
            else if (count is 3) output.Add((byte)(bits >> 2));
            else if (count is 4)
            {
                output.Add((byte)bits);
                count = 0;
            }
        }
        return [.. output];
    }

    public static byte[] QuotedPrintable(ReadOnlySpan<char> body, bool underscoreIsSpace)
    {
        var output = new List<byte>(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            char c = body[i];
            if (c == '_' && underscoreIsSpace) output.Add((byte)' ');
            else if (c != '=') output.Add((byte)c);
            else if (i + 2 < body.Length && char.IsAsciiHexDigit(body[i + 1]) && char.IsAsciiHexDigit(body[i + 2]))
            {
                output.Add((byte)((Hex(body[i + 1]) << 4) | Hex(body[i + 2])));
                i += 2;
            }
            else
            {
                // a soft line break: "=" with blanks up to the end of its line
                int next = i + 1;
                while (next < body.Length && body[next] is ' ' or '\t' or '\r') next++;
                if (next >= body.Length || body[next] == '\n') i = next;
                else output.Add((byte)'=');
            }
        }
        return [.. output];
    }

    private static int Hex(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
