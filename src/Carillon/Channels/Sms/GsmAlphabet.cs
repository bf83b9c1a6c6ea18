namespace Carillon.Channels.Sms;

/// <summary>
/// The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1; once GSM 03.38). The tables of single
/// languages are not used: few networks carry them.
/// </summary>
internal static class GsmAlphabet
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>Each takes two septets: the escape, and its place in the table.</summary>
    private const string Extension = "\f^{}\\[~]|€";

    private const char Euro = '€';

    // All but the euro sign lie below 0x400.
    private static readonly byte[] Table = Make();

    /// <summary>1 or 2 septets; 0 for a character that is in neither table.</summary>
    public static int SeptetsOf(char c)
    {
        var table = Table;
        return c < table.Length ? table[c] : c == Euro ? 2 : 0;
    }

    private static byte[] Make()
    {
        var table = new byte[0x400];
        foreach (var c in Basic) table[c] = 1;
        foreach (var c in Extension)
        {
            if (c != Euro) table[c] = 2;
        }

        return table;
    }
}
