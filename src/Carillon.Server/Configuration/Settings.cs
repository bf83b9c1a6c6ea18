using System.Globalization;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Storage.PostgreSql;

namespace Carillon.Server.Configuration;

/// <summary>Every setting there is: read by the server, printed by <c>--help</c>, listed in docs/configuration.md.</summary>
internal static class Settings
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static readonly Setting Data = new("data", "the user's own data directory, `carillon` in it", "a directory that exists or can be made",
        "Where the database, the encryption key and the file `carillon.json` are.",
        (text, options) => text.Length == 0 || text.Contains('\0') ? null : options with { Data = text });

    public static readonly Setting Config = new("config", "`carillon.json` in the data directory, where there is one", "a file that can be read",
        "The configuration file: one JSON object with the settings by their names.",
        (text, options) => text.Length == 0 ? null : options);

    public static readonly IReadOnlyList<Setting> All =
    [
        Data,
        Config,
        new("host", "`127.0.0.1`", "an IP address, `localhost`, or `*` for every address",
            "Where the server listens. It is not encrypted: let the world in through a proxy that speaks TLS.",
            (text, options) => text is "localhost" or "*" || System.Net.IPAddress.TryParse(text, out _) ? options with { Host = text } : null) { OtherVariable = "NOTIFICATIONS_HOST" },
        new("port", "`8018`", "a whole number from 1 to 65535",
            "The port on which it listens.",
            (text, options) => Integer(text, 1, 65_535) is { } value ? options with { Port = value } : null) { OtherVariable = "NOTIFICATIONS_PORT" },
        new("public_url", "none", "an absolute http or https URL",
            "How the world reaches the server. Vendors are asked to report there; without it they are not.",
            (text, options) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? options with { PublicUrl = url } : null) { OtherVariable = "PUBLIC_URL" },
        new("database_url", "`carillon.db` in the data directory", "empty, sqlite:///path/to/file, or postgresql://user:password@host:5432/database",
            "The database: one file for one node, or PostgreSQL for several.",
            (text, options) => Database(text, options)) { OtherVariable = "DATABASE_URL", IsSecret = true },
        new("encryption_key", "made on the first start, kept in the data directory", "a text of at least 16 characters",
            "Encrypts stored credentials and secret variables. Another key alone does not open them: to change it, give both as `new,old`.",
            (text, options) => text.Length >= 16 ? options with { EncryptionKey = text } : null) { OtherVariable = "ENCRYPTION_KEY", IsSecret = true },
        new("log_level", "`info`", "one of trace, debug, info, warning, error, critical, none",
            "What is written to the console.",
            (text, options) => Level(text) is { } level ? options with { LogLevel = level } : null) { OtherVariable = "LOG_LEVEL" },
        new("default_region", "none", "a country's code of two letters, such as `MX`",
            "The country of telephone numbers that are given without a country code. Without it they are refused.",
            (text, options) => Contacts.Phone.PhoneNumber.IsRegion(text) ? options with { DefaultRegion = text.ToUpperInvariant() } : null),
        new("simulator", "`true`", "true or false",
            "Whether a start without providers makes a simulated one for each channel.",
            (text, options) => Flag(text) is { } value ? options with { Simulator = value } : null),
        new("max_unrecorded", "`512`", "a whole number from 16 to 65536",
            "Sent messages whose outcome is not yet written. Senders wait when there are so many: it bounds the duplicates after a crash.",
            (text, options) => Integer(text, 16, 65_536) is { } value ? options with { MaxUnrecorded = value } : null),
        new("window", "`4096`", "a whole number from 100 to 1000000",
            "Messages that are held in memory on their way; all others wait in the database.",
            (text, options) => Integer(text, 100, 1_000_000) is { } value ? options with { Window = value } : null),
        new("retry_max_attempts", "`20`", "a whole number from 1 to 1000",
            "Sends per message, the first included; then it ends as failed.",
            (text, options) => Integer(text, 1, 1_000) is { } value ? options with { Retry = options.Retry with { MaxAttempts = value } } : null),
        new("retry_max_age", "`24h`", "a duration from 1s to 90d",
            "No attempt starts later than this after the message was made or was due.",
            Retry(TimeSpan.FromSeconds(1), 90 * Day, (retry, value) => retry with { MaxAge = value })),
        new("retry_base_delay", "`10s`", "a duration from 1ms to 1d",
            "The longest wait before the second attempt; it doubles with each one after. The wait is drawn evenly from nothing to that.",
            Retry(Millisecond, Day, (retry, value) => retry with { BaseDelay = value })),
        new("retry_max_delay", "`1h`", "a duration from 1ms to 7d",
            "The longest wait between two attempts, unless the gateway asks for more.",
            Retry(Millisecond, 7 * Day, (retry, value) => retry with { MaxDelay = value })),
        new("webhook_retry_max_age", "`3d`", "a duration from 1s to 90d",
            "As retry_max_age, on the webhook channel; there the waits grow to 8 hours, and there are 50 attempts.",
            (text, options) => Duration(text, TimeSpan.FromSeconds(1), 90 * Day) is { } value ? options with { WebhookRetryMaxAge = value } : null),
        new("outgoing_allow_networks", "none: public addresses only", "`private`, networks such as 10.20.0.0/16 and addresses, with commas between",
            "Where connections may lead that tenants' providers and webhook addresses name, beside public addresses. `private` is loopback, RFC 1918, CGNAT and ULA; link-local and metadata addresses only by network. Providers made with an administrator's key of the installation may connect anywhere.",
            (text, options) => AddressGuard.TryParse(text) is { } guard ? options with { OutgoingGuard = guard } : null),
        new("idempotency_retention", "`24h`", "a duration from 1m to 30d",
            "How long an idempotency key is known.",
            (text, options) => Duration(text, TimeSpan.FromMinutes(1), 30 * Day) is { } value ? options with { IdempotencyRetention = value } : null),
        new("credentials_grace", "`24h`", "a duration up to 30d; 0s ends them at once",
            "How long a provider's credentials that were replaced still open its vendor's callbacks. Sends go with the new ones at once.",
            (text, options) => Duration(text, TimeSpan.Zero, 30 * Day) is { } value ? options with { CredentialsGrace = value } : null),
        new("new_key_recipients_per_minute", "`1000`", "1 to 1000000, or `off`",
            "How many recipients the new API keys of a tenant, those that it made itself, may address together within a minute, on each node.",
            (text, options) => text.Equals("off", StringComparison.OrdinalIgnoreCase) ? options with { NewKeyRecipientsPerMinute = null }
                : Integer(text, 1, Security.RecipientLimits.MaxPerMinute) is { } value ? options with { NewKeyRecipientsPerMinute = value } : null),
        new("new_key_age", "`24h`", "a duration from 1m to 365d",
            "How long such a key is new.",
            (text, options) => Duration(text, TimeSpan.FromMinutes(1), 365 * Day) is { } value ? options with { NewKeyAge = value } : null),
        new("figure_retention", "`400d`", "a duration from 1d to 3650d",
            "How long the figures of providers are kept from which their days are told.",
            (text, options) => Duration(text, Day, 3650 * Day) is { } value ? options with { FigureRetention = value } : null),
        new("drain_timeout", "`30s`", "a duration from 1s to 10m",
            "How long a stop waits for what is under way; what is left is sent after the next start.",
            (text, options) => Duration(text, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)) is { } value ? options with { DrainTimeout = value } : null),
    ];

    private static ServerOptions? Database(string text, ServerOptions options)
    {
        const string sqlite = "sqlite://";
        if (text is "" or sqlite or "sqlite") return options with { DatabaseFile = null, PostgreSqlUrl = null };
        if (PostgreSqlUrl.IsPostgreSql(text)) return PostgreSqlUrl.IsReadable(text) ? options with { PostgreSqlUrl = text } : null;
        if (!text.StartsWith(sqlite, StringComparison.OrdinalIgnoreCase)) return null;
        var path = text[sqlite.Length..];
        // sqlite:///relative and sqlite:////absolute, as most libraries read it.
        if (path.StartsWith('/')) path = path[1..];
        return path.Length == 0 ? null : options with { DatabaseFile = path, PostgreSqlUrl = null };
    }

    private static LogLevel? Level(string text) => text.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "INFO" or "INFORMATION" => LogLevel.Information,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "CRITICAL" or "FATAL" => LogLevel.Critical,
        "NONE" or "OFF" => LogLevel.None,
        _ => null,
    };

    private static int? Integer(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : null;

    private static bool? Flag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => null,
    };

    private static Func<string, ServerOptions, ServerOptions?> Retry(TimeSpan least, TimeSpan most, Func<RetryPolicy, TimeSpan, RetryPolicy> set) =>
        (text, options) => Duration(text, least, most) is { } value ? options with { Retry = set(options.Retry, value) } : null;

    /// <summary><c>250ms</c>, <c>10s</c>, <c>5m</c>, <c>24h</c>, <c>7d</c>, or ISO 8601 such as <c>PT10S</c>.</summary>
    private static TimeSpan? Duration(string text, TimeSpan least, TimeSpan most)
    {
        var value = Api.Json.Iso8601Duration.Parse(System.Text.Encoding.UTF8.GetBytes(text)) ?? Short(text);
        return value >= least && value <= most ? value : null;
    }

    private static TimeSpan? Short(string text)
    {
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (end is < 1 or > 9) return null;
        var number = long.Parse(text.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture);
        long ticks = text[end..] switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0,
        };
        return ticks == 0 || number > TimeSpan.MaxValue.Ticks / ticks ? null : new TimeSpan(number * ticks);
    }
}
