using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>Finds every fault of a draft; what is the gateway's own, the gateway checks.</summary>
internal static class ProviderCheck
{
    public static void Check(ProviderDraft draft, GatewayCatalog kinds, List<FieldFault> faults)
    {
        if (string.IsNullOrWhiteSpace(draft.Name)) faults.Add(new("name", "required", "Give the provider a name."));
        else if (draft.Name.Length > 200) faults.Add(new("name", "too_long", "A name has at most 200 characters."));
        if (draft.Priority is < 0 or > 1_000_000) faults.Add(new("priority", "out_of_range", "A priority lies between 0 (tried first) and 1,000,000."));
        if (draft.MaxConcurrency is < 1 or > 10_000) faults.Add(new("max_concurrency", "out_of_range", "It lies between 1 and 10,000."));
        if (draft.Weight is < 0 or > 1_000_000) faults.Add(new("weight", "out_of_range", "A weight lies between 0 and 1,000,000."));
        ProviderPolicyCheck.Check(draft.Policy, faults);
        if (!kinds.TryGet(draft.Kind, out var kind))
        {
            var known = string.Join(", ", kinds.Kinds.Select(k => k.Name).Order(StringComparer.Ordinal));
            faults.Add(new("kind", "unknown", $"There is no kind of gateway '{draft.Kind}'; there are {known}."));
            return;
        }

        if (!kind.Channels.Contains(draft.Channel))
        {
            var served = string.Join(", ", kind.Channels.Select(c => c.Name()));
            faults.Add(new("kind", "wrong_channel", $"{kind.Name} does not serve {draft.Channel.Name()}; it serves {served}."));
        }

        foreach (var fault in kind.Check(new ProviderSettings(draft.Channel, draft.Settings, draft.Credentials)))
            faults.Add(new(fault.Field, fault.Code, fault.Message));
    }
}
