using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Server.Configuration;

/// <summary>Makes the providers of the configuration the installation's, at each start; those that are there already are known by their names.</summary>
internal static class GivenProviders
{
    /// <summary>Makes what is missing, and changes what the configuration says otherwise. What is right is left alone.</summary>
    /// <returns>A line for each that was made, changed or could not be.</returns>
    public static async Task<IReadOnlyList<string>> ApplyAsync(
        IReadOnlyList<GivenProvider> given, ProviderCatalog catalog, GatewayCatalog kinds, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        if (given.Count == 0) return notes;
        var existing = await AllAsync(catalog, cancellationToken);
        foreach (var one in given)
        {
            var same = existing.Find(p => p.Name == one.Name);
            var faults = new List<string>();
            if (same is not null && same.Channel != one.Channel) faults.Add($"there is a provider of this name for {same.Channel.Name()}.");
            var draft = faults.Count == 0 ? one.ToDraft(kinds, same, faults) : null;
            if (draft is not null && same is not null && draft.Kind != same.Kind) faults.Add($"kind: there is a provider of this name of the kind {same.Kind}.");
            var done = faults.Count > 0 || draft is null ? null
                : same is null ? await CreateAsync(catalog, draft, existing, faults, cancellationToken)
                : IsSame(draft, same) ? ""
                : await ReplaceAsync(catalog, same, draft, faults, cancellationToken);
            if (faults.Count > 0) notes.Add($"The provider {one.Name} of {one.Source} is not used as it is given there: {string.Join(" ", faults)}");
            else if (done is { Length: > 0 }) notes.Add($"The provider {one.Name} was {done} by {one.Source}.");
        }

        return notes;
    }

    private static async Task<List<Provider>> AllAsync(ProviderCatalog catalog, CancellationToken cancellationToken)
    {
        const int page = 200;
        var all = new List<Provider>();
        while (true)
        {
            var next = await catalog.ListAsync(TenantId.Installation, null, all.Count == 0 ? null : all[^1].Id, page, cancellationToken);
            all.AddRange(next);
            if (next.Count < page) return all;
        }
    }

    private static async Task<string?> CreateAsync(
        ProviderCatalog catalog, ProviderDraft draft, List<Provider> existing, List<string> faults, CancellationToken cancellationToken)
    {
        try
        {
            var creation = await catalog.CreateAsync(TenantId.Installation, draft, cancellationToken);
            if (creation is ProviderCreation.Refused refused) faults.AddRange(refused.Faults.Select(f => $"{f.Field}: {f.Message}"));
            if (creation is not ProviderCreation.Created created) return null;
            existing.Add(created.Provider);
            return "made";
        }
        catch (DuplicateKeyException)
        {
            // Another node that started at the same time made it.
            return null;
        }
    }

    private static async Task<string?> ReplaceAsync(ProviderCatalog catalog, Provider same, ProviderDraft draft, List<string> faults, CancellationToken cancellationToken)
    {
        var change = await catalog.ReplaceAsync(TenantId.Installation, same.Id, draft, [same.Version], cancellationToken);
        if (change is ProviderChange.Refused refused) faults.AddRange(refused.Faults.Select(f => $"{f.Field}: {f.Message}"));
        return change is ProviderChange.Changed ? "changed" : null;
    }

    private static bool IsSame(ProviderDraft draft, Provider provider) =>
        JsonElement.DeepEquals(draft.Settings, provider.Settings)
        && (draft.Credentials is { } credentials ? provider.Credentials is { } stored && JsonElement.DeepEquals(credentials, stored) : !provider.HasCredentials)
        && (draft.Priority, draft.IsDefault) == (provider.Priority, provider.IsDefault)
        && draft.Policy.Limits == provider.Policy.Limits;
}
