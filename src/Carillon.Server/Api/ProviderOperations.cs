using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Providers and their kinds.</summary>
internal static class ProviderOperations
{
    public static readonly ApiOperation CreateProvider = new("createProvider", "Providers", "Configure an account at a gateway")
    {
        Body = typeof(ApiShapes.Provider),
        Answer = typeof(ApiShapes.StoredProvider),
        Status = 201,
        Problems = [400, 401, 403, 409, 413, 415, 422],
        IsIdempotent = true,
        Example = """
            { "name": "main-smtp", "channel": "email", "kind": "smtp",
              "settings": { "host": "smtp.example.net", "port": 587, "from_email": "hello@example.net" },
              "credentials": { "username": "hello@example.net", "password": "correct horse" },
              "limits": { "per_second": 10, "per_day": 20000 }, "time_zone": "Europe/Madrid" }
            """,
    };

    public static readonly ApiOperation ListProviders = new("listProviders", "Providers", "The tenant's providers")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.UsedProvider>),
        Query = [("channel", "Only of this channel."), Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation ListProviderKinds = new("listProviderKinds", "Providers", "The gateways that there are, with the schema of their settings")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.ProviderKind>),
        Query = [("channel", "Only those that serve this channel.")],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetProvider = new("getProvider", "Providers", "A provider")
    {
        Answer = typeof(ApiShapes.UsedProvider),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetProviderDays = new("getProviderDays", "Providers", "How a provider did, day by day")
    {
        Description = "Days of the provider's time zone, UTC where it has none. The figures of all nodes together; those of the last 10 seconds may be missing.",
        Query = [("from", "The first day; by default 6 days before the last."), ("to", "The last day, included; by default today, at most 400 days after from.")],
        Answer = typeof(ApiShapes.ProviderDays),
        Problems = [401, 403, 404, 422],
        AnswerExample = """
            { "provider_id": "prv_0192f3a4b5c67d8e9f0a1b2c3d4e5f60", "time_zone": "America/Mexico_City",
              "days": [ { "date": "2026-11-20", "begins_at": "2026-11-20T06:00:00.000Z", "ends_at": "2026-11-21T06:00:00.000Z",
                "sends": 48213, "accepted": 48020, "rejected": 151, "unavailable": 38, "retry_after": 4, "unknown": 0, "success_rate": 0.9991,
                "availability": 0.999412, "observed_seconds": 51034.2, "down_seconds": 30, "p50_ms": 41.8, "p95_ms": 159.4, "p99_ms": 311.3,
                "sent": 48020, "delivered": 47466, "read": 0, "failed": 151, "bounced": 212, "delivery_rate": 0.9885 } ],
              "total": { "begins_at": "2026-11-20T06:00:00.000Z", "ends_at": "2026-11-21T06:00:00.000Z",
                "sends": 48213, "accepted": 48020, "rejected": 151, "unavailable": 38, "retry_after": 4, "unknown": 0, "success_rate": 0.9991,
                "availability": 0.999412, "observed_seconds": 51034.2, "down_seconds": 30, "p50_ms": 41.8, "p95_ms": 159.4, "p99_ms": 311.3,
                "sent": 48020, "delivered": 47466, "read": 0, "failed": 151, "bounced": 212, "delivery_rate": 0.9885 } }
            """,
    };

    public static readonly ApiOperation ReplaceProvider = new("replaceProvider", "Providers", "Change a provider: all of it, but channel and kind stay")
    {
        Description = "Fields that are left out take their defaults, except credentials: those that are stored stay, as does each value that is sent masked as it "
            + "was shown. Sends under way end as they began, later ones go by the new settings: nothing is lost, and nothing is restarted. Callbacks "
            + "signed with credentials that are replaced are taken until previous_valid_until.",
        Query = [("revoke", "now: credentials that are replaced, or were before, count for nothing from here on.")],
        Body = typeof(ApiShapes.Provider),
        Answer = typeof(ApiShapes.StoredProvider),
        Problems = [400, 401, 403, 404, 409, 412, 413, 415, 422],
        IsConditional = true,
        Example = """
            { "name": "main-smtp", "channel": "email", "kind": "smtp",
              "settings": { "host": "smtp.example.net", "port": 465, "from_email": "hello@example.net" },
              "credentials": { "username": "***", "password": "a new one" } }
            """,
    };

    public static readonly ApiOperation SetProviderStatus = new("setProviderStatus", "Providers", "Let a provider serve, or not")
    {
        Body = typeof(ApiShapes.ProviderStatus),
        Answer = typeof(ApiShapes.StoredProvider),
        Problems = [400, 401, 403, 404, 412, 415, 422],
        IsConditional = true,
        Example = """
            { "enabled": false }
            """,
    };

    public static readonly ApiOperation DeleteProvider = new("deleteProvider", "Providers", "Delete a provider with its credentials")
    {
        Description = "Sends under way end; messages that wait go to other providers, or wait until there is one.",
        Status = 204,
        Problems = [401, 403, 404, 412, 422],
        IsConditional = true,
    };

    public static readonly ApiOperation TestProvider = new("testProvider", "Providers", "Send a test message through this provider and wait for its answer")
    {
        Description = "Outside of the pipeline: it is not stored, counted or tried again, and a disabled provider is asked too. After 30 seconds the outcome is unknown.",
        Body = typeof(ApiShapes.ProviderTestRequest),
        Answer = typeof(ApiShapes.ProviderTest),
        Problems = [400, 401, 403, 404, 415, 422],
        Example = """
            { "to": "ana@example.net" }
            """,
        AnswerExample = """
            { "provider_id": "prv_06f8q2k7w1e3r5t7y9v1b3n5m7", "outcome": "unavailable",
              "answer": "535 5.7.8 Username and Password not accepted.", "external_id": null,
              "retry_after_seconds": null, "cost": null, "currency": null, "duration_ms": 412.6,
              "advice": [ "The login was refused: check user name and password. With two-factor authentication many services want an app password." ],
              "exchange": { "http": [], "smtp": [
                { "at_ms": 0.4, "side": "note", "text": "connecting to mail.example.com:465" },
                { "at_ms": 12.8, "side": "note", "text": "connected" },
                { "at_ms": 40.1, "side": "note", "text": "Tls13 TLS_AES_256_GCM_SHA384" },
                { "at_ms": 55.0, "side": "server", "text": "220 mail.example.com ESMTP" },
                { "at_ms": 55.2, "side": "client", "text": "EHLO notify.example.com" },
                { "at_ms": 70.9, "side": "server", "text": "250-mail.example.com" },
                { "at_ms": 70.9, "side": "server", "text": "250 AUTH PLAIN" },
                { "at_ms": 71.3, "side": "client", "text": "AUTH PLAIN ***" },
                { "at_ms": 412.1, "side": "server", "text": "535 5.7.8 Username and Password not accepted." } ] } }
            """,
    };

    public static readonly ApiOperation ListFaultyCallbacks = new("listFaultyCallbacks", "Providers", "A provider's callbacks that could not be read, newest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.KeptCallback>),
        Query = [Limit, After],
        Problems = [401, 403, 404, 422],
    };

    public static readonly ApiOperation RetryCallback = new("retryCallback", "Providers", "Read a callback again that could not be read")
    {
        Description = "Answers how it stands then: with a fault, if it could not be read this time either. One that was read is left as it is.",
        Answer = typeof(ApiShapes.KeptCallback),
        Problems = [401, 403, 404, 503],
    };
}
