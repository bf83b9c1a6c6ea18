using System.Text;

namespace Carillon.Mail.Parsing;

/// <summary>Encoded words in header values (RFC 2047); what does not decode stays as it is.</summary>
internal static class EncodedWordReader
{
    public static string Decode(string value)
    {
        if (!value.Contains("=?", StringComparison.Ordinal)) return value;
        var output = new StringBuilder(value.Length);
        int position = 0;
        bool afterWord = false;
        while (position < value.Length)
        {
            int start = value.IndexOf("=?", position, StringComparison.Ordinal);
            if (start < 0) break;
            ReadOnlySpan<char> between = value.AsSpan(position, start - position);
            if (TryWord(value, start, out string word, out int end))
            {
                // blanks between two encoded words are no part of the text (RFC 2047, section 6.2)
                if (!afterWord || !between.Trim().IsEmpty) output.Append(between);
                output.Append(word);
                position = end;
                afterWord = true;
                continue;
            }
            output.Append(between).Append("=?");
            position = start + 2;
            afterWord = false;
        }
        return output.Append(value, position, value.Length - position).ToString();
    }

    // =?charset?B-or-Q?text?=
    private static bool TryWord(string value, int start, out string word, out int end)
    {
        word = "";
        end = 0;
        int first = value.IndexOf('?', start + 2);
        if (first < 0 || first + 2 >= value.Length || value[first + 2] != '?') return false;
        int close = value.IndexOf("?=", first + 3, StringComparison.Ordinal);
        if (close < 0) return false;
        ReadOnlySpan<char> text = value.AsSpan(first + 3, close - first - 3);
        byte[] octets;
        switch (value[first + 1])
        {
            case 'B' or 'b':
                octets = TransferDecoding.Base64(text);
                break;
            case 'Q' or 'q':
                octets = TransferDecoding.QuotedPrintable(text, underscoreIsSpace: true);
                break;
            default:
                return false;
        }
        string charset = value[(start + 2)..first];
        int language = charset.IndexOf('*');
        word = Charsets.Decode(octets, language < 0 ? charset : charset[..language]);
        end = close + 2;
        return true;
    }
}
