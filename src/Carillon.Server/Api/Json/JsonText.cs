using System.Text.Unicode;

namespace Carillon.Server.Api.Json;

/// <summary>What well-formed JSON may still hide: bytes that are no UTF-8, and escapes that are half a character.</summary>
internal static class JsonText
{
    /// <summary>True when every string in the JSON decodes: valid UTF-8, and no <c>\ud8..</c> without its second half.</summary>
    public static bool IsDecodable(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return false;
        while (true)
        {
            var escape = json.IndexOf((byte)'\\');
            if (escape < 0) return true;
            json = json[escape..];
            if (json.Length < 6 || json[1] != 'u')
            {
                json = json[Math.Min(2, json.Length)..];
                continue;
            }

            switch (SurrogateOf(json))
            {
                case 0:
                    json = json[6..];
                    break;
                case 1 when json.Length >= 12 && json[6] == '\\' && json[7] == 'u' && SurrogateOf(json[6..]) == 2:
                    json = json[12..];
                    break;
                default:
                    return false;
            }
        }
    }

    /// <summary>0 for an escape of a whole character, 1 for the first half of a pair, 2 for the second: <c>\ud8xx</c>–<c>\udbxx</c>, <c>\udcxx</c>–<c>\udfxx</c>.</summary>
    private static int SurrogateOf(ReadOnlySpan<byte> escape)
    {
        if ((escape[2] | 0x20) != 'd') return 0;
        return (escape[3] | 0x20) switch
        {
            // '8' and '9' are 0x38 and 0x39: the bit that makes letters lower case is set in them already.
            '8' or '9' or 'a' or 'b' => 1,
            'c' or 'd' or 'e' or 'f' => 2,
            _ => 0,
        };
    }
}
