using System.Globalization;

namespace Carillon.Mail;

/// <summary>What a server offered in its answer to EHLO (RFC 5321 section 4.1.1.1). Unknown keywords are passed over.</summary>
internal sealed record SmtpCapabilities
{
    public static readonly SmtpCapabilities None = new();

    public bool Pipelining { get; init; }

    public bool StartTls { get; init; }

    public bool EightBitMime { get; init; }

    public bool SmtpUtf8 { get; init; }

    public bool Chunking { get; init; }

    public bool Dsn { get; init; }

    public bool Size { get; init; }

    /// <summary>The largest message in octets; null when no fixed limit is told.</summary>
    public long? MaxSize { get; init; }

    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    /// <summary>The lines after the greeting line: a keyword, then its parameters.</summary>
    public static SmtpCapabilities Parse(IEnumerable<string> lines)
    {
        SmtpCapabilities result = None;
        foreach (string line in lines)
        {
            // "AUTH=PLAIN" is how some old servers write it.
            string[] words = line.Replace("AUTH=", "AUTH ", StringComparison.OrdinalIgnoreCase)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            result = words[0].ToUpperInvariant() switch
            {
                "PIPELINING" => result with { Pipelining = true },
                "STARTTLS" => result with { StartTls = true },
                "8BITMIME" => result with { EightBitMime = true },
                "SMTPUTF8" => result with { SmtpUtf8 = true },
                "CHUNKING" => result with { Chunking = true },
                "DSN" => result with { Dsn = true },
                "SIZE" => result with { Size = true, MaxSize = ReadSize(words) },
                "AUTH" => result with { Mechanisms = [.. result.Mechanisms, .. words[1..]] },
                _ => result,
            };
        }

        return result;
    }

    public bool Offers(string mechanism) => Mechanisms.Contains(mechanism, StringComparer.OrdinalIgnoreCase);

    /// <summary>SIZE without a number, or with 0, names no limit (RFC 1870 section 3).</summary>
    private static long? ReadSize(string[] words) =>
        words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size > 0
            ? size
            : null;
}
