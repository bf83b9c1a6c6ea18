using System.Globalization;
using Carillon.Quotas;
using Carillon.Security;

namespace Carillon.Server.Http;

/// <summary>How many recipients the key of a request may address, and how callers are told. Thread-safe.</summary>
internal sealed class RecipientCaps(RecipientQuotas quotas, RequestLimiter limits)
{
    /// <summary>The caps of a request's key; null when there are none. Once <see cref="RequestLimiter.CheckAsync"/> has let it through.</summary>
    public RecipientQuota? For(ApiKey key) => quotas.For(key, limits.RecipientsOf(key.Tenant));

    /// <summary>Adds where the caps stand to what <see cref="RequestLimiter"/> has written.</summary>
    public static void WriteHeaders(IHeaderDictionary headers, RecipientQuota? quota)
    {
        if (quota is null) return;
        foreach (var state in quota.States())
        {
            var name = $"{WordOf(state.Owner)}-recipients-{(state.IsDay ? "day" : "minute")}";
            Append(RequestLimiter.Policy, string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={state.Limit};w={(state.IsDay ? 86_400 : 60)}"));
            Append(RequestLimiter.State, string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={state.Left};t={(long)Math.Ceiling(state.Rest.TotalSeconds)}"));
        }

        void Append(string header, string item) => headers[header] = headers[header] is { Count: > 0 } before ? $"{before}, {item}" : item;
    }

    public static Problem ProblemOf(QuotaRefusal refusal)
    {
        var whose = refusal.Owner switch
        {
            QuotaOwner.Key => "this API key",
            QuotaOwner.Tenant => "all API keys of the tenant together",
            _ => "all new API keys of the tenant together",
        };
        var time = refusal.IsDay ? "a day (UTC)" : "a minute";
        return new Problem(429, "recipient_cap", "Too many recipients; this one was not accepted.",
            string.Create(CultureInfo.InvariantCulture,
                $"{refusal.Limit:N0} recipients in {time} are allowed to {whose}; {refusal.Left:N0} are left. Send it again in {Math.Ceiling(refusal.RetryAfter.TotalSeconds):N0} s."))
        { RetryAfter = refusal.RetryAfter };
    }

    private static string WordOf(QuotaOwner owner) => owner switch
    {
        QuotaOwner.Key => "key",
        QuotaOwner.Tenant => "tenant",
        _ => "new-keys",
    };
}
