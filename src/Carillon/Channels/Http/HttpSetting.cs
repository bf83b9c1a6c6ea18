using System.Text;

namespace Carillon.Channels.Http;

/// <summary>Settings that gateways over HTTP have in common.</summary>
internal static class HttpSetting
{
    public const int MaxUrlLength = 2000;

    private const string Tokens = "!#$%&'*+-.^_`|~";

    /// <summary>A URL to send to. Where it leads is judged when it is connected to.</summary>
    public static Uri? Url(SettingsReader reader, string name, bool required = false)
    {
        if (reader.Text(name, required, MaxUrlLength) is not { } text) return null;
        if (FaultOf(text, out var url) is not { } fault) return url;
        reader.Fault(name, "invalid", fault);
        return null;
    }

    /// <summary>What is wrong with a URL, or null.</summary>
    public static string? FaultOf(string text, out Uri? url)
    {
        url = null;
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is ' ' or '\\') return "It must be a URL without spaces, line breaks or backslashes.";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var read) || read.Scheme is not ("http" or "https") || read.Host.Length == 0)
            return "It must be a URL that starts with https:// or http://.";
        if (read.UserInfo.Length > 0) return "It must not hold a user name or password; they belong into the credentials.";
        if (read.Fragment.Length > 0) return "It must not have a fragment (#…): that is never sent.";
        url = read;
        return null;
    }

    /// <summary><c>timeout_seconds</c>: 1 to 300, default 30.</summary>
    public static TimeSpan Timeout(SettingsReader reader) =>
        reader.Integer("timeout_seconds", 1, 300) is { } seconds ? TimeSpan.FromSeconds(seconds) : GatewayHttp.DefaultTimeout;

    /// <summary>A text that may stand in a header: visible ASCII, spaces within.</summary>
    public static bool IsHeaderValue(string text) => text.Length > 0 && text[0] != ' ' && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    public static bool IsHeaderName(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !Tokens.Contains(c, StringComparison.Ordinal)) return false;
        }

        return text.Length > 0;
    }

    /// <summary>A header that settings may add: none that the request makes itself, or that changes how it is framed.</summary>
    public static bool MayBeSet(string name) => IsHeaderName(name) && name.ToUpperInvariant() is not
        ("HOST" or "CONTENT-LENGTH" or "CONTENT-TYPE" or "CONTENT-ENCODING" or "TRANSFER-ENCODING" or "CONNECTION" or "KEEP-ALIVE" or "UPGRADE" or "TE" or "TRAILER"
            or "EXPECT" or "AUTHORIZATION");

    /// <summary>The URL with a further piece of query behind what it has.</summary>
    public static Uri WithQuery(Uri url, string query) => new(url.AbsoluteUri + (url.Query.Length == 0 ? "?" : url.Query.Length == 1 ? "" : "&") + query);

    /// <summary>The value of Authorization for RFC 7617, in UTF-8.</summary>
    public static string Basic(string userName, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}"));
}
