using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>Raises an alert when less of what a provider sends arrives: less than a floor, or much less than the day before.</summary>
internal sealed class DeliveryWatch(ProviderCatalog providers, AlertRaiser raiser, IAlertStore store)
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(30);

    /// <summary>With too few messages to tell for so long, it is over.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    public async Task LookAsync(AlertBoard board, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var middle = now - Span;
        var counts = (await store.ListDeliveriesAsync(middle.AddDays(-1), middle, cancellationToken)).ToLookup(c => c.ProviderId);
        foreach (var runtime in providers.All)
        {
            var provider = runtime.Provider;
            var settings = board.SettingsOf(provider.Tenant);
            var rate = DeliveryRate.Of([.. counts[provider.Id]], settings.DeliveryRate.MinMessages);
            var key = KeyOf(provider.Id);
            if (settings.Kinds.Contains(AlertKind.DeliveryRate) && rate.IsLow(settings.DeliveryRate))
            {
                var draft = new AlertDraft(
                    provider.Tenant, AlertKind.DeliveryRate, AlertSeverity.Warning, key, AlertWords.DeliveryRate(provider, rate, settings.DeliveryRate))
                { ProviderId = provider.Id };
                await raiser.RaiseAsync(draft, now, cancellationToken);
            }
            else if (board.Find(provider.Tenant, key) is { } open && rate.IsWell(settings.DeliveryRate))
            {
                await store.ResolveAsync(open.Id, now, $"Of the last half hour {AlertWords.Percent(rate.Recent!.Value)} arrived.", cancellationToken: cancellationToken);
            }
        }

        foreach (var alert in board.Open.Where(a => a.Kind == AlertKind.DeliveryRate && a.SeenAt < now - Silence))
        {
            if (alert.ProviderId is { } id && providers.Find(id) is not null && counts[id].Sum(c => c.Recent) > 0) continue;
            await store.ResolveAsync(alert.Id, now, "The provider has sent nothing since.", now - Silence, cancellationToken);
        }
    }

    private static string KeyOf(Guid provider) => PublicId.Format("delivery_rate/" + PublicId.Provider, provider);
}
