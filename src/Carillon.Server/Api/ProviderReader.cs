using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Api.Json;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>Reads a provider as a caller gives it; its settings are the gateway's to check.</summary>
internal static class ProviderReader
{
    private const int SettingsBytes = 64 << 10;

    private static readonly string[] Given =
    [
        "name", "channel", "kind", "settings", "credentials", "priority", "weight", "is_default", "enabled", "max_concurrency", "limits", "budget",
        "cost", "countries", "time_zone",
    ];

    private static readonly FieldNames Fields = new(Given);

    // What an answer shows and nobody sets: whoever sends back what was shown need not take it out.
    private static readonly FieldNames ShownFields = new([.. Given, "id", "has_credentials", "credentials_rotated_at", "previous_valid_until", "version", "created_at", "updated_at", "usage", "health"]);

    private static readonly FieldNames StatusFields = new("enabled");
    private static readonly FieldNames TestFields = new("to", "from");

    public static ProviderDraft Read(ref FieldReader reader) => Read(ref reader, Fields);

    /// <summary>A provider in the place of another: as answers show it, changed.</summary>
    public static ProviderDraft ReadReplacement(ref FieldReader reader) => Read(ref reader, ShownFields);

    /// <summary>The <c>{"enabled": …}</c> of a status.</summary>
    public static ProviderStatus ReadStatus(ref FieldReader reader)
    {
        bool? enabled = null;
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return new ProviderStatus(false);
        while (reader.NextField(StatusFields, ref seen, out _)) enabled = reader.Flag();
        if (seen == 0) reader.FaultAt("enabled", "required", "Say whether it may serve: true or false.");
        reader.Leave(outer);
        return new ProviderStatus(enabled ?? false);
    }

    public static ProviderTestDraft ReadTest(ref FieldReader reader)
    {
        string? to = null, from = null;
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return new ProviderTestDraft { To = "" };
        while (reader.NextField(TestFields, ref seen, out var field))
        {
            if (field == 0) to = reader.Text(Limits.AddressCharacters, TextRule.Identifier);
            else from = reader.Text(Limits.AddressCharacters, TextRule.Identifier);
        }

        if ((seen & 1) == 0) reader.FaultAt("to", "required", "Give the address to which the test goes.");
        reader.Leave(outer);
        return new ProviderTestDraft { To = to ?? "", From = from };
    }

    private static ProviderDraft Read(ref FieldReader reader, FieldNames fields)
    {
        var draft = new ProviderDraft { Name = "", Channel = Channel.Email, Kind = "", Settings = JsonElement.Parse("{}") };
        if (!reader.EnterObject(out var outer)) return draft;
        ulong seen = 0;
        while (reader.NextField(fields, ref seen, out var field))
        {
            switch (field)
            {
                case 0: draft = draft with { Name = reader.Text(Limits.NameCharacters, TextRule.Identifier) ?? "" }; break;
                case 1: draft = draft with { Channel = reader.Word(ChannelNames.All) ?? draft.Channel }; break;
                case 2: draft = draft with { Kind = reader.Text(Limits.WordCharacters, TextRule.Identifier) ?? "" }; break;
                case 3: draft = draft with { Settings = reader.Element(SettingsBytes) ?? draft.Settings }; break;
                case 4: draft = draft with { Credentials = reader.Element(SettingsBytes) }; break;
                case 5: draft = draft with { Priority = reader.Integer(0, 1_000_000) ?? draft.Priority }; break;
                case 6: draft = draft with { Weight = reader.Integer(0, 1_000_000) ?? draft.Weight }; break;
                case 7: draft = draft with { IsDefault = reader.Flag() ?? false }; break;
                case 8: draft = draft with { Enabled = reader.Flag() ?? true }; break;
                case 9: draft = draft with { MaxConcurrency = reader.Integer(1, 10_000) ?? draft.MaxConcurrency }; break;
                case 10: draft = draft with { Policy = draft.Policy with { Limits = ProviderPolicyReader.Limits(ref reader) } }; break;
                case 11: draft = draft with { Policy = draft.Policy with { Budget = ProviderPolicyReader.Budget(ref reader) } }; break;
                case 12: draft = draft with { Policy = draft.Policy with { Cost = ProviderPolicyReader.Cost(ref reader) } }; break;
                case 13:
                    var countries = reader.Texts(ProviderPolicy.MaxCountries, 16, "an array of regions and number prefixes, such as [\"MX\", \"+52\"]");
                    draft = draft with { Policy = draft.Policy with { Countries = countries } };
                    break;
                case 14: draft = draft with { Policy = draft.Policy with { TimeZone = reader.Text(64, TextRule.Identifier) } }; break;
                default: reader.Skip(); break;
            }
        }

        if ((seen & 1) == 0) reader.FaultAt("name", "required", "Give it a name of your own, such as main-smtp.");
        if ((seen & 2) == 0) reader.FaultAt("channel", "required", $"Say for which channel it is: {ChannelNames.All.Choices}.");
        if ((seen & 4) == 0) reader.FaultAt("kind", "required", "Name the gateway; GET /v1/providers/kinds lists them.");
        reader.Leave(outer);
        return draft;
    }
}

internal sealed record ProviderStatus(bool Enabled);
