using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Carillon.Mail;

/// <summary>
/// A mailbox, as the large mail providers accept it: RFC 5322 without comments, groups and literals, with RFC 6531's scripts.
/// One that exists is valid and holds no control characters. Immutable; compares by address (its case kept) and name.
/// </summary>
public sealed record MailAddress
{
    private const int MaxName = 1000;

    /// <exception cref="FormatException">
    /// The address is not valid, or the name has line breaks, control characters or more than 1,000 characters.
    /// </exception>
    public MailAddress(string address, string? displayName = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!AddressSyntax.IsValid(address)) throw new FormatException("Not a valid mail address.");
        if (displayName is not null && (displayName.Length > MaxName || HasControls(displayName)))
            throw new FormatException("A display name has at most 1,000 characters and no control characters.");
        Address = address;
        DisplayName = string.IsNullOrEmpty(displayName) ? null : displayName;
    }

    /// <summary><c>local@domain</c>, as given.</summary>
    public string Address { get; }

    public string? DisplayName { get; }

    public ReadOnlySpan<char> LocalPart => Address.AsSpan(0, Address.LastIndexOf('@'));

    public ReadOnlySpan<char> Domain => Address.AsSpan(Address.LastIndexOf('@') + 1);

    /// <summary>It has no ASCII form, mostly for its local part: only a server with SMTPUTF8 (RFC 6531) can take it.</summary>
    public bool NeedsUtf8 => DomainNames.IsBeyondAscii(Address);

    /// <summary>Is this an address (without a name)? Never throws.</summary>
    public static bool IsValid(ReadOnlySpan<char> address) => AddressSyntax.IsValid(address);

    /// <summary>Reads <c>a@b.example</c>, <c>&lt;a@b.example&gt;</c>, <c>Name &lt;a@b.example&gt;</c> or <c>"Last, First" &lt;…&gt;</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out MailAddress? address)
    {
        address = null;
        if (text is null || text.Length > 2 * MaxName || HasControls(text)) return false;
        ReadOnlySpan<char> all = text.AsSpan().Trim();
        if (!all.EndsWith('>'))
        {
            if (!AddressSyntax.IsValid(all)) return false;
            address = new MailAddress(all.ToString());
            return true;
        }

        int open = OpeningBracket(all);
        if (open < 0) return false;
        ReadOnlySpan<char> inner = all[(open + 1)..^1];
        if (!AddressSyntax.IsValid(inner) || !TryReadName(all[..open].TrimEnd(), out string name) || name.Length > MaxName) return false;
        address = new MailAddress(inner.ToString(), name);
        return true;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">This is no such text.</exception>
    public static MailAddress Parse(string text) =>
        TryParse(text, out MailAddress? address) ? address : throw new FormatException("Not a valid mail address.");

    /// <summary><c>Name &lt;address&gt;</c>, readable by <see cref="Parse"/>; not the form of a header.</summary>
    public override string ToString()
    {
        if (DisplayName is null) return Address;
        string name = DisplayName.AsSpan().ContainsAny("\"\\<>,;:()[]@")
            ? '"' + DisplayName.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'
            : DisplayName;
        return $"{name} <{Address}>";
    }

    internal static bool HasControls(ReadOnlySpan<char> text)
    {
        // The vectorised look settles nearly all texts; DEL and the C1 controls are looked for where it says "maybe".
        if (!text.ContainsAnyInRange('\0', '\x1f') && !text.ContainsAnyInRange('\x7f', '\x9f')) return text.ContainsAny('\u2028', '\u2029');
        return true;
    }

    /// <summary>The last "&lt;" outside quotes.</summary>
    private static int OpeningBracket(ReadOnlySpan<char> text)
    {
        bool quoted = false;
        int open = -1;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted) i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (text[i] == '<' && !quoted) open = i;
        }

        return open;
    }

    private static bool TryReadName(ReadOnlySpan<char> text, out string name)
    {
        name = text.ToString();
        if (!text.StartsWith('"')) return !text.ContainsAny("<>\"");
        var result = new StringBuilder(text.Length);
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            else if (text[i] == '"')
            {
                name = result.ToString();
                return i == text.Length - 1;
            }

            result.Append(text[i]);
        }

        return false;
    }
}
