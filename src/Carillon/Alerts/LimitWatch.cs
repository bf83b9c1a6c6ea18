using System.Globalization;
using Carillon.Allowances;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>
/// Raises an alert for each threshold of a limit or budget that is crossed, once in a window, and ends it with the window. Seconds and
/// minutes set the pace of sends, and are none of it.
/// </summary>
/// <remarks>
/// The windows before the present ones are looked at too: one may have been crossed just before its end, or a vendor may tell later what it took.
/// </remarks>
internal sealed class LimitWatch(LimitKeeper limits, ProviderCatalog providers, AlertRaiser raiser, IAlertStore store)
{
    /// <summary>How long after its end a window is looked at.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromDays(1);

    private HashSet<string> _raised = [];

    public async Task LookAsync(AlertBoard board, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var uses = await limits.WindowsAsync(providers.All, cancellationToken);
        var present = new Dictionary<string, LimitWindow>(StringComparer.Ordinal);
        var crossed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            var (provider, window) = (use.Provider.Provider, use.Window);
            if (window.Kind < LimitKind.Hour || window.Limit <= 0) continue;
            var key = KeyOf(provider, window);
            if (window.End > now) present[key] = window;
            // Of a window that is over, what counts is the limit that it had.
            else if (now - window.End > Afterwards || provider.UpdatedAt > window.End) continue;
            var settings = board.SettingsOf(provider.Tenant);
            var kind = window.IsMoney ? AlertKind.Budget : AlertKind.Limit;
            if (!settings.Kinds.Contains(kind)) continue;
            foreach (var threshold in settings.Thresholds.Order())
            {
                if ((decimal)use.Used * 100 < (decimal)window.Limit * threshold) break;
                await RaiseAsync(key + threshold.ToString(CultureInfo.InvariantCulture), threshold);
            }

            if (window.IsMoney && use.Used > window.Limit) await RaiseAsync(key + "over", null);

            async Task RaiseAsync(string alertKey, int? threshold)
            {
                crossed.Add(alertKey);
                // What was raised here need not be asked of the store again every few seconds.
                if (_raised.Contains(alertKey)) return;
                await raiser.RaiseAsync(
                    new AlertDraft(
                        provider.Tenant, kind, threshold is null or >= 100 ? AlertSeverity.Critical : AlertSeverity.Warning, alertKey,
                        AlertWords.Limit(provider, window, use.Used, threshold, now))
                    { ProviderId = provider.Id, IsOnce = true },
                    now, cancellationToken);
            }
        }

        _raised = crossed;
        await ResolveAsync(board, present, now, cancellationToken);
    }

    private async Task ResolveAsync(AlertBoard board, Dictionary<string, LimitWindow> present, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var alert in board.Open.Where(a => a.Kind is AlertKind.Limit or AlertKind.Budget))
        {
            if (present.ContainsKey(alert.Key[..(alert.Key.LastIndexOf('/') + 1)])) continue;
            var isOver = alert.Facts.Until <= now;
            await store.ResolveAsync(
                alert.Id, now, isOver ? "The window has ended." : "The limit was changed, or its provider removed.", cancellationToken: cancellationToken);
        }
    }

    /// <summary>With the limit in it: another limit is crossed anew.</summary>
    private static string KeyOf(Provider provider, LimitWindow window) => string.Create(
        CultureInfo.InvariantCulture,
        $"limit/{PublicId.Format(PublicId.Provider, provider.Id)}/{LimitKindNames.All.NameOf(window.Kind)}/{window.Start.ToUnixTimeSeconds()}/{window.Limit}/");
}
