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

    private static readonly FieldNames Fields = new(
        "name", "channel", "kind", "settings", "credentials", "priority", "weight", "is_default", "enabled", "max_concurrency");

    public static ProviderDraft Read(ref FieldReader reader)
    {
        var draft = new ProviderDraft { Name = "", Channel = Channel.Email, Kind = "", Settings = JsonElement.Parse("{}") };
        if (!reader.EnterObject(out var outer)) return draft;
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            draft = field switch
            {
                0 => draft with { Name = reader.Text(Limits.NameCharacters, TextRule.Identifier) ?? "" },
                1 => draft with { Channel = reader.Word(ChannelNames.All) ?? draft.Channel },
                2 => draft with { Kind = reader.Text(Limits.WordCharacters, TextRule.Identifier) ?? "" },
                3 => draft with { Settings = reader.Element(SettingsBytes) ?? draft.Settings },
                4 => draft with { Credentials = reader.Element(SettingsBytes) },
                5 => draft with { Priority = reader.Integer(0, 1_000_000) ?? draft.Priority },
                6 => draft with { Weight = reader.Integer(0, 1_000_000) ?? draft.Weight },
                7 => draft with { IsDefault = reader.Flag() ?? false },
                8 => draft with { Enabled = reader.Flag() ?? true },
                _ => draft with { MaxConcurrency = reader.Integer(1, 10_000) ?? draft.MaxConcurrency },
            };
        }

        if ((seen & 1) == 0) reader.FaultAt("name", "required", "Give it a name of your own, such as main-smtp.");
        if ((seen & 2) == 0) reader.FaultAt("channel", "required", $"Say for which channel it is: {ChannelNames.All.Choices}.");
        if ((seen & 4) == 0) reader.FaultAt("kind", "required", "Name the gateway; GET /v1/providers/kinds lists them.");
        reader.Leave(outer);
        return draft;
    }
}
