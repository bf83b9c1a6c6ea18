using System.Text.Json;
using Carillon.Server.Api.Json;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>The <c>headers</c> of a notification: fields of the mail's header (RFC 5322) that the caller may add.</summary>
internal static class HeadersReader
{
    // What the server itself writes, or what would let a caller forge where a mail comes from and goes to.
    private static readonly Dictionary<string, string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        ["From"] = "use from",
        ["Sender"] = "use from",
        ["Reply-To"] = "use reply_to",
        ["To"] = "use recipient",
        ["Cc"] = "send a notification to each recipient",
        ["Bcc"] = "send a notification to each recipient",
        ["Subject"] = "use subject",
        ["Date"] = "the server writes it",
        ["Message-ID"] = "the server writes it",
        ["MIME-Version"] = "the server writes it",
        ["DKIM-Signature"] = "the server writes it",
        ["Received"] = "only relays write it",
        ["Return-Path"] = "only the last relay writes it",
        ["Delivered-To"] = "only the last relay writes it",
        ["Authentication-Results"] = "only the receiving side writes it",
    };

    private static readonly string[] ReservedPrefixes = ["Content-", "Resent-", "ARC-"];

    public static Dictionary<string, string>? Read(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = 0;
        while (reader.NextOwn(out var name))
        {
            count++;
            if (name is null || count > Limits.Headers)
            {
                reader.Skip();
                continue;
            }

            if (WhyNot(name) is { } why)
            {
                reader.Fault("invalid_header", why);
                reader.Skip();
                continue;
            }

            if (reader.TokenType == JsonTokenType.Null || reader.Text(Limits.SubjectCharacters, TextRule.Line) is not { } value) continue;
            if (!headers.TryAdd(name, value)) reader.Fault("duplicate_field", "This header stands here twice (case does not count): leave one of them out.");
        }

        reader.Leave(outer);
        if (count > Limits.Headers) reader.Fault("too_many", $"These are {count:N0}; at most {Limits.Headers} are allowed.");
        return headers;
    }

    private static string? WhyNot(string name)
    {
        if (name.Length is 0 or > Limits.WordCharacters || name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.Contains(':'))
            return $"A header's name is 1 to {Limits.WordCharacters} printable ASCII characters without space and colon, such as X-Order-Id.";
        if (Reserved.TryGetValue(name, out var remedy)) return $"This header cannot be set by a request: {remedy}.";
        return Array.Exists(ReservedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase))
            ? "Headers that begin so cannot be set by a request: the server writes them."
            : null;
    }
}
