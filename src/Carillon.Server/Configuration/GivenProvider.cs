using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Channels;
using Carillon.Contacts.Phone;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Server.Configuration;

/// <summary>A provider of the configuration: an entry of the file, with what the environment says of it. It may hold secrets: its text is its name.</summary>
/// <param name="Channel">Of the list that it stands in.</param>
/// <param name="Source">Where it stands, for people.</param>
internal sealed record GivenProvider(Channel Channel, string Name, string Source, JsonObject Fields)
{
    /// <summary>How others call what a gateway calls differently.</summary>
    private static readonly (string Other, string Own)[] Aliases =
        [("from_number", "from"), ("sender_id", "from"), ("sender_email", "from_email"), ("sender_name", "from_name")];

    /// <summary>What an entry may say beside the gateway's own settings and credentials.</summary>
    private static readonly string[] Common = ["kind", "priority", "is_default", "rate_limit", "daily_limit"];

    public override string ToString() => Name;

    /// <summary>
    /// The draft, each field where the gateway's schemas have it. What there is already is kept where the entry says nothing of it.
    /// </summary>
    /// <param name="faults">By the entry's own fields.</param>
    public ProviderDraft? ToDraft(GatewayCatalog kinds, Provider? existing, List<string> faults)
    {
        var name = Text("kind") ?? Name;
        if (!kinds.TryGet(name, out var kind) || !kind.Channels.Contains(Channel))
        {
            faults.Add($"kind: there is no gateway {name} for {Channel.Name()}; there are {string.Join(", ", kinds.Kinds.Where(k => k.Channels.Contains(Channel)).Select(k => k.Name))}.");
            return null;
        }

        var settings = existing is null ? new JsonObject() : JsonNode.Parse(existing.Settings.GetRawText())!.AsObject();
        var credentials = existing?.Credentials is { } known ? JsonNode.Parse(known.GetRawText())!.AsObject() : [];
        var secrets = PropertiesOf(kind.CredentialsSchema);
        var own = PropertiesOf(kind.SettingsSchema);
        foreach (var (field, value) in Fields)
        {
            if (Common.Contains(field)) continue;
            var target = Aliases.FirstOrDefault(a => a.Other == field && !own.Contains(field)) is { Own: { } alias } ? alias : field;
            (secrets.Contains(target) ? credentials : settings)[target] = field == "from_number" ? NumberOf(value) : value?.DeepClone();
        }

        return new ProviderDraft
        {
            Name = Name,
            Channel = Channel,
            Kind = kind.Name,
            Settings = JsonSerializer.SerializeToElement(settings),
            Credentials = credentials.Count > 0 ? JsonSerializer.SerializeToElement(credentials) : null,
            Priority = Integer("priority", faults) ?? existing?.Priority ?? 100,
            Weight = existing?.Weight ?? 1,
            IsDefault = Fields["is_default"] is JsonValue flag && flag.TryGetValue(out bool isDefault) ? isDefault : existing?.IsDefault ?? false,
            Enabled = existing?.Enabled ?? true,
            MaxConcurrency = existing?.MaxConcurrency ?? 128,
            Policy = PolicyOf(existing?.Policy ?? ProviderPolicy.None, faults),
        };
    }

    private static HashSet<string> PropertiesOf(string? schema)
    {
        if (schema is null) return [];
        using var document = JsonDocument.Parse(schema);
        return document.RootElement.TryGetProperty("properties", out var properties) ? [.. properties.EnumerateObject().Select(p => p.Name)] : [];
    }

    /// <summary><c>+1-800-VOCELIO</c> is <c>+18008623546</c>. What is no number stays: it may be a short code or a name.</summary>
    private static JsonNode? NumberOf(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue(out string? number) && number.StartsWith('+') && PhoneNumber.Parse(number) is { } parsed ? JsonValue.Create(parsed.ToE164()) : value?.DeepClone();

    private ProviderPolicy PolicyOf(ProviderPolicy policy, List<string> faults)
    {
        var perMinute = Integer("rate_limit", faults);
        var perDay = Integer("daily_limit", faults);
        if (perMinute is null && perDay is null) return policy;
        var limits = policy.Limits ?? new ProviderLimits();
        return policy with { Limits = limits with { PerMinute = perMinute ?? limits.PerMinute, PerDay = perDay ?? limits.PerDay } };
    }

    private int? Integer(string name, List<string> faults)
    {
        if (Fields[name] is not { } node) return null;
        if (node is JsonValue value && value.TryGetValue(out int number) && number > 0) return number;
        faults.Add($"{name}: it must be a whole number above 0.");
        return null;
    }

    private string? Text(string name) => Fields[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
