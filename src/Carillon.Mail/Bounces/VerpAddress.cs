using System.Diagnostics.CodeAnalysis;

namespace Carillon.Mail.Bounces;

/// <summary>
/// Variable envelope return paths: the recipient written into the return address, as <c>bounces+kim=example.org@news.example.com</c>, so that
/// even a notice that names nobody tells whom it is about.
/// </summary>
public static class VerpAddress
{
    /// <summary>The return address for one recipient.</summary>
    /// <param name="returnPath">The plain return address, such as <c>bounces@news.example.com</c>.</param>
    /// <param name="recipient">The recipient, such as <c>kim@example.org</c>.</param>
    /// <exception cref="ArgumentException">One of them is no address.</exception>
    public static string Encode(string returnPath, string recipient)
    {
        (string local, string domain) = Split(returnPath, nameof(returnPath));
        (string user, string host) = Split(recipient, nameof(recipient));
        return $"{local}+{user}={host}@{domain}";
    }

    /// <summary>
    /// Takes apart <c>bounces+kim=example.org@news.example.com</c>, also with <c>-</c> in place of <c>+</c>. The last <c>=</c> parts the
    /// recipient's user from their domain, the first separator ends the local part of the return address.
    /// </summary>
    public static bool TryDecode(string? address, [NotNullWhen(true)] out string? returnPath, [NotNullWhen(true)] out string? recipient)
    {
        returnPath = recipient = null;
        if (address is null) return false;
        int at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1) return false;
        string local = address[..at];
        int equals = local.LastIndexOf('=');
        if (equals <= 0 || equals == local.Length - 1) return false;
        int separator = local.IndexOf('+');
        if (separator < 0) separator = local.IndexOf('-');
        if (separator <= 0 || separator >= equals - 1 || !IsDomain(local.AsSpan(equals + 1))) return false;
        returnPath = local[..separator] + address[at..];
        recipient = local[(separator + 1)..equals] + "@" + local[(equals + 1)..];
        return true;
    }

    private static bool IsDomain(ReadOnlySpan<char> text)
    {
        if (!text.Contains('.') || text[0] is '.' or '-' || text[^1] is '.' or '-') return false;
        foreach (char c in text)
            if (!(char.IsLetterOrDigit(c) || c is '.' or '-')) return false;
        return true;
    }

    private static (string Local, string Domain) Split(string address, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(address, parameter);
        int at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1) throw new ArgumentException("An address has a local part, an @ and a domain.", parameter);
        return (address[..at], address[(at + 1)..]);
    }
}
