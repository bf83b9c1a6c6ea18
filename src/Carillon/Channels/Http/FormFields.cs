using System.Text;

namespace Carillon.Channels.Http;

/// <summary>The fields of a form (application/x-www-form-urlencoded) or of a URL's query, in their order; a name may come again.</summary>
internal sealed class FormFields
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    public IReadOnlyList<KeyValuePair<string, string>> All => _fields;

    /// <summary>The first of the name; null when there is none.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _fields)
            {
                if (key == name) return value;
            }

            return null;
        }
    }

    public static FormFields OfBody(ReadOnlyMemory<byte> body) => new FormFields().Add(Encoding.UTF8.GetString(body.Span));

    public static FormFields OfQuery(Uri url) => new FormFields().Add(QueryOf(url.OriginalString));

    /// <summary>Query and body of a callback; what stands in both, the body says.</summary>
    public static FormFields Of(CallbackRequest request) =>
        (IsForm(request) ? OfBody(request.Body) : new FormFields()).Add(QueryOf(request.Url.OriginalString));

    public static bool IsForm(CallbackRequest request) =>
        request.Header("Content-Type")?.StartsWith(RequestContent.Form, StringComparison.OrdinalIgnoreCase) == true;

    public void Add(string name, string value) => _fields.Add(new(name, value));

    private FormFields Add(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf('=');
            _fields.Add(equals < 0 ? new(Decode(pair), "") : new(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return this;
    }

    private static ReadOnlySpan<char> QueryOf(string url)
    {
        var start = url.IndexOf('?', StringComparison.Ordinal);
        if (start < 0) return default;
        var query = url.AsSpan(start + 1);
        var fragment = query.IndexOf('#');
        return fragment < 0 ? query : query[..fragment];
    }

    private static string Decode(ReadOnlySpan<char> text) => Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}
