namespace Carillon.Mail;

/// <summary>List-Unsubscribe (RFC 2369) and, for one click, List-Unsubscribe-Post (RFC 8058).</summary>
public sealed record ListUnsubscribe
{
    /// <param name="uris">One or more mailto: or http(s): URIs, in order of preference.</param>
    /// <param name="oneClick">A POST to the https URI unsubscribes at once; needs one.</param>
    /// <exception cref="FormatException">A URI is not absolute ASCII, or one click lacks its https URI.</exception>
    public ListUnsubscribe(IReadOnlyList<string> uris, bool oneClick = false)
    {
        ArgumentNullException.ThrowIfNull(uris);
        if (uris.Count == 0) throw new FormatException("List-Unsubscribe needs a URI.");
        foreach (string uri in uris)
        {
            if (uri.Length > 900 || uri.AsSpan().ContainsAnyExceptInRange('!', '~') || uri.AsSpan().ContainsAny('<', '>', '"')
                || !IsAllowed(uri))
            {
                throw new FormatException("An unsubscribe URI is mailto:, https: or http:, percent-encoded, at most 900 characters.");
            }
        }

        if (oneClick && !uris.Any(uri => uri.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
            throw new FormatException("One-click unsubscription needs an https URI.");
        Uris = [.. uris];
        OneClick = oneClick;
    }

    public IReadOnlyList<string> Uris { get; }

    public bool OneClick { get; }

    private static bool IsAllowed(string uri) =>
        uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)
        || uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}
