namespace Carillon.Mail;

/// <summary>What may stand in a header at all.</summary>
internal static class HeaderText
{
    /// <summary>Far more than any header needs; keeps one value from filling the memory.</summary>
    private const int MaxLength = 16 * 1024;

    public static string Check(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > MaxLength) throw new FormatException("A header has at most 16,384 characters.");
        if (!MailAddress.HasControls(value)) return value;
        foreach (char c in value)
        {
            if (c != '\t' && (char.IsControl(c) || c is '\u2028' or '\u2029'))
                throw new FormatException("A header has no line breaks and no control characters.");
        }

        return value;
    }

    /// <summary>Gives the id back in angle brackets.</summary>
    public static string CheckMessageId(string id)
    {
        ReadOnlySpan<char> inner = id.StartsWith('<') && id.EndsWith('>') ? id.AsSpan(1, id.Length - 2) : id;
        int at = inner.IndexOf('@');
        if (inner.Length > 900 || at < 1 || at == inner.Length - 1 || inner[(at + 1)..].Contains('@')
            || inner.ContainsAnyExceptInRange('!', '~') || inner.ContainsAny('<', '>'))
        {
            throw new FormatException("A message id has the form <left@right>, in printable ASCII.");
        }

        return inner.Length == id.Length ? $"<{id}>" : id;
    }
}
