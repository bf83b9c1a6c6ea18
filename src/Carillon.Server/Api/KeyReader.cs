using Carillon.Security;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Api;

/// <param name="Scopes">Null where they stay: in a change.</param>
/// <param name="IsLifted">The cap for new keys no longer holds for it.</param>
internal sealed record KeyDraft(string Name, List<string>? Scopes, RecipientLimits Limits, bool IsLifted);

/// <summary>Reads an API key as a caller gives it.</summary>
internal static class KeyReader
{
    public static readonly string[] KnownScopes = [Scopes.Admin, Scopes.Send, Scopes.Read, Scopes.Templates, Scopes.Providers];

    private const ulong NewKeyBit = 1 << 3;

    private static readonly string Choices = string.Join(", ", KnownScopes);

    private static readonly FieldNames Fields = new("name", "scopes", "limits");

    // What an answer shows and nobody sets: whoever sends back what was shown need not take it out.
    private static readonly FieldNames ShownFields = new("name", "scopes", "limits", "new_key", "id", "tenant", "version", "created_at", "revoked_at");

    public static KeyDraft Read(ref FieldReader reader)
    {
        var draft = Read(ref reader, Fields);
        if (draft.Scopes is null or [] && !reader.HasFaults) reader.FaultAt("scopes", "required", $"Give at least one of: {Choices}.");
        return draft;
    }

    /// <summary>A key in the place of another: as answers show it, changed.</summary>
    public static KeyDraft ReadReplacement(ref FieldReader reader) => Read(ref reader, ShownFields);

    private static KeyDraft Read(ref FieldReader reader, FieldNames names)
    {
        string? name = null;
        List<string>? scopes = null;
        var limits = RecipientLimits.None;
        var isNewKeyShown = false;
        if (!reader.EnterObject(out var outer)) return new KeyDraft("", null, limits, false);
        ulong seen = 0;
        while (reader.NextField(names, ref seen, out var field))
        {
            switch (field)
            {
                case 0: name = reader.Text(NotificationLimits.NameCharacters, TextRule.Identifier); break;
                case 1: scopes = reader.Texts(KnownScopes.Length, NotificationLimits.WordCharacters, "an array of scopes"); break;
                case 2: limits = RecipientLimitsJson.Read(ref reader); break;
                default:
                    isNewKeyShown |= field == 3;
                    reader.Skip();
                    break;
            }
        }

        if ((seen & 1) == 0) reader.FaultAt("name", "required", "Give it a name that says who uses it.");
        for (var i = 0; i < (scopes?.Count ?? 0); i++)
        {
            if (!KnownScopes.Contains(scopes![i], StringComparer.Ordinal)) reader.FaultAt($"scopes[{i}]", "invalid", $"This must be one of: {Choices}.");
        }

        reader.Leave(outer);
        // Fields that are null are passed over: it stands there, and was not shown.
        return new KeyDraft(name ?? "", scopes, limits, (seen & NewKeyBit) != 0 && !isNewKeyShown);
    }
}
