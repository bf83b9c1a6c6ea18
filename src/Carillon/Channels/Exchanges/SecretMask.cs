using System.Text.Json;
using System.Text.RegularExpressions;
using Carillon.Providers;
using Carillon.Security;

namespace Carillon.Channels.Exchanges;

/// <summary>
/// Takes a provider's secrets out of what is said to its gateway and by it: every value of its credentials wherever it stands and however it is
/// written there, and whatever stands under a name that says that it is a secret. Rather too much is masked than too little. Immutable.
/// </summary>
internal sealed partial class SecretMask
{
    /// <summary>A shorter value would be found everywhere, and its absence would tell more than it hides.</summary>
    private const int Shortest = 3;

    private const int ShortestBehindPrefix = 16;

    private static readonly HashSet<string> Schemes = new(
        ["Basic", "Bearer", "AccessKey", "ApiKey", "App", "Key", "Token", "Digest", "AWS4-HMAC-SHA256"], StringComparer.OrdinalIgnoreCase);

    private readonly List<EncodedSecret> _secrets = [];

    /// <param name="schema">JSON Schema of the credentials; null where there is none.</param>
    public SecretMask(Provider provider, string? schema)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var values = new HashSet<string>(StringComparer.Ordinal);
        Walk(provider.Settings, "", (name, value) =>
        {
            if (IsSecretName(name)) values.Add(value);
            else shown.Add(value);
            foreach (Match field in QueryField().Matches(value))
            {
                if (IsSecretName(field.Groups["name"].Value)) values.Add(Uri.UnescapeDataString(field.Groups["value"].Value));
            }
        });
        if (provider.Credentials is { } credentials)
        {
            var secret = SecretNamesOf(schema);
            Walk(credentials, "", (name, value) =>
            {
                // A user name that is the sender's address too is known from the settings.
                if (secret.Contains(name) || !shown.Contains(value)) values.Add(value);
            });
        }

        // What stands behind whsec_, sk_live_ … is the secret too.
        foreach (var value in values.ToList())
        {
            var prefix = value.LastIndexOf('_') + 1;
            if (prefix > 0 && value.Length - prefix >= ShortestBehindPrefix) values.Add(value[prefix..]);
        }

        // The longest first: a value that holds another one goes as a whole.
        foreach (var value in values.Select(v => v.Trim()).Where(v => v.Length >= Shortest).Distinct(StringComparer.Ordinal).OrderByDescending(v => v.Length))
            _secrets.Add(new EncodedSecret(value));
        Reach = _secrets.Count == 0 ? 0 : _secrets.Max(s => s.MaxLength);
    }

    /// <summary>How far beyond a cut one must look to see what is cut through.</summary>
    public int Reach { get; }

    public string Apply(string text)
    {
        foreach (var secret in _secrets) text = secret.RemoveFrom(text, CredentialMask.Hidden);
        return text;
    }

    public string ApplyToUrl(string url) => QueryField().Replace(Apply(url), Hide);

    public string ApplyToHeader(string name, string value)
    {
        value = Apply(value);
        if (!IsSecretName(name)) return value;
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && Schemes.Contains(value[..space]) ? $"{value[..space]} {CredentialMask.Hidden}" : CredentialMask.Hidden;
    }

    /// <summary>JSON, a form or XML, and whatever else.</summary>
    public string ApplyToBody(string body) => Element().Replace(Member().Replace(QueryField().Replace(Apply(body), Hide), Hide), Hide);

    private static string Hide(Match match)
    {
        if (!IsSecretName(match.Groups["name"].Value)) return match.Value;
        var value = match.Groups["value"];
        var at = value.Index - match.Index;
        return string.Concat(match.Value.AsSpan(0, at), CredentialMask.Hidden, match.Value.AsSpan(at + value.Length));
    }

    private static bool IsSecretName(string name)
    {
        var letters = string.Concat(name.Where(char.IsAsciiLetter)).ToUpperInvariant();
        if (letters is "PASS" or "PWD" or "AUTH") return true;
        if (letters.EndsWith("TOKEN", StringComparison.Ordinal) || letters.EndsWith("KEY", StringComparison.Ordinal))
            return !letters.EndsWith("IDEMPOTENCYKEY", StringComparison.Ordinal);
        foreach (var word in (ReadOnlySpan<string>)["PASSWORD", "PASSWD", "SECRET", "AUTHORIZATION", "CREDENTIAL", "COOKIE", "ACCESSKEYID"])
        {
            if (letters.Contains(word, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static HashSet<string> SecretNamesOf(string? schema)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (schema is null) return names;
        using var json = JsonDocument.Parse(schema);
        if (!json.RootElement.TryGetProperty("properties", out var properties)) return names;
        foreach (var property in properties.EnumerateObject())
        {
            if (property.Value.TryGetProperty("format", out var format) && format.ValueEquals("password")) names.Add(property.Name);
        }

        return names;
    }

    private static void Walk(JsonElement json, string name, Action<string, string> found)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject()) Walk(member.Value, member.Name, found);
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray()) Walk(item, name, found);
                break;
            case JsonValueKind.String:
                found(name, json.GetString()!);
                break;
            case JsonValueKind.Number:
                found(name, json.GetRawText());
                break;
        }
    }

    [GeneratedRegex("(?<=^|[?&;\\s])(?<name>[^=&?;\\s\"<>]{1,100})=(?<value>[^&;\\s\"<>]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QueryField();

    [GeneratedRegex("\"(?<name>[^\"\\\\]{1,100})\"\\s*:\\s*(\"(?<value>([^\"\\\\]|\\\\.)*)\"?|(?<value>-?[0-9][0-9.eE+-]*))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Member();

    [GeneratedRegex("<(?<name>[A-Za-z_][\\w:.-]{0,99})(\\s[^>]*)?>(?<value>[^<]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Element();
}
