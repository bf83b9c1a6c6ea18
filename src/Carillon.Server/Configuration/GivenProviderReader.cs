using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Channels.Webhook;
using Carillon.Messages;

namespace Carillon.Server.Configuration;

/// <summary>Collects the providers of the configuration: entries of the file, then the variables, which go before them.</summary>
internal sealed class GivenProviderReader
{
    /// <summary>Of the configuration file; each is an object of names and providers.</summary>
    private static readonly (string List, Channel Channel)[] Lists =
        [("email_providers", Channel.Email), ("sms_providers", Channel.Sms), ("webhook_providers", Channel.Webhook)];

    /// <summary>The variables by which other systems are told of their accounts.</summary>
    private static readonly (string Variable, Channel Channel, string Provider, string Field)[] Variables =
    [
        ("SENDGRID_API_KEY", Channel.Email, "sendgrid", "api_key"),
        ("SENDGRID_FROM_EMAIL", Channel.Email, "sendgrid", "from_email"),
        ("TWILIO_ACCOUNT_SID", Channel.Sms, "twilio", "account_sid"),
        ("TWILIO_AUTH_TOKEN", Channel.Sms, "twilio", "auth_token"),
        ("TWILIO_FROM_NUMBER", Channel.Sms, "twilio", "from_number"),
        ("WEBHOOK_SECRET", Channel.Webhook, "webhook", "secret"),
    ];

    private readonly List<GivenProvider> _providers = [];

    public static bool IsList(string property) => Lists.Any(l => l.List == property);

    /// <summary>Reads one of the lists; what is wrong goes to <paramref name="fault"/>.</summary>
    public void ReadList(string path, JsonProperty list, Action<string> fault)
    {
        var source = $"{path}: {list.Name}";
        if (list.Value.ValueKind != JsonValueKind.Object)
        {
            fault($"{source}: expected: an object of names and providers.");
            return;
        }

        var channel = Array.Find(Lists, l => l.List == list.Name).Channel;
        foreach (var entry in list.Value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Object) fault($"{source}: {Printable(entry.Name)}: expected: an object with the provider's fields.");
            else _providers.Add(new GivenProvider(channel, entry.Name, source, JsonNode.Parse(entry.Value.GetRawText())!.AsObject()));
        }
    }

    /// <param name="warn">Gets what has no effect.</param>
    public IReadOnlyList<GivenProvider> Finish(IReadOnlyDictionary<string, string> environment, Action<string> warn)
    {
        foreach (var group in Variables.Where(v => environment.TryGetValue(v.Variable, out var value) && value.Length > 0).GroupBy(v => (v.Channel, v.Provider)))
        {
            var given = _providers.Find(p => p.Channel == group.Key.Channel && p.Name == group.Key.Provider);

            // A sender alone makes no account.
            if (given is null && group.All(v => v.Field.StartsWith("from", StringComparison.Ordinal)))
            {
                warn($"{string.Join(", ", group.Select(v => v.Variable))}: without the account's credentials this has no effect.");
                continue;
            }

            if (given is null) _providers.Add(given = new GivenProvider(group.Key.Channel, group.Key.Provider, string.Join(", ", group.Select(v => v.Variable)), []));
            foreach (var (variable, _, _, field) in group) given.Fields[field] = field == "secret" ? SecretOf(environment[variable]) : environment[variable];
        }

        if (_providers.Count == 0) return [];
        return _providers;
    }

    /// <summary>A secret of any text of 24 to 64 bytes is its bytes; receivers write it as Standard Webhooks does.</summary>
    private static string SecretOf(string text) =>
        text.StartsWith(WebhookSecret.Prefix, StringComparison.Ordinal) ? text : WebhookSecret.Prefix + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
