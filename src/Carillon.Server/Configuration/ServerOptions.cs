using System.Collections.Frozen;
using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Server;

/// <summary>How the server runs. <see cref="Carillon.Server.Configuration.Settings"/> says of each what it means, its default and its range.</summary>
internal sealed record ServerOptions
{
    /// <summary>Where the database and the key are.</summary>
    public required string Data { get; init; }

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 8018;

    /// <summary>How the world reaches the server; null until it is set.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The SQLite file; null for <c>carillon.db</c> in the data directory.</summary>
    public string? DatabaseFile { get; init; }

    /// <summary>How to reach PostgreSQL; null for SQLite. It may hold a password.</summary>
    public string? PostgreSqlUrl { get; init; }

    /// <summary>Text from which the encryption key is stretched; null for one that is made on the first start and kept in the data directory.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>The country of telephone numbers without a country code; null when they are refused.</summary>
    public string? DefaultRegion { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Outcomes that may be unwritten at once: the bound on duplicates after a crash.</summary>
    public int MaxUnrecorded { get; init; } = 512;

    /// <summary>Messages that the node holds in memory.</summary>
    public int Window { get; init; } = 4096;

    public RetryPolicy Retry { get; init; } = new();

    /// <summary>How long webhooks are retried.</summary>
    public TimeSpan WebhookRetryMaxAge { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Where connections may lead that tenants' settings and messages name.</summary>
    public AddressGuard OutgoingGuard { get; init; } = AddressGuard.PublicOnly;

    public TimeSpan IdempotencyRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a provider's replaced credentials still open callbacks.</summary>
    public TimeSpan CredentialsGrace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many recipients a tenant's new keys may address within a minute; null for no such cap.</summary>
    public int? NewKeyRecipientsPerMinute { get; init; } = 1000;

    /// <summary>How long a tenant's key is new.</summary>
    public TimeSpan NewKeyAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the figures of providers are kept.</summary>
    public TimeSpan FigureRetention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Whether a start without providers makes a simulator for each channel.</summary>
    public bool Simulator { get; init; } = true;

    /// <summary>How long a stop waits for what is under way.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The variables of the OpenTelemetry specification (<c>OTEL_…</c>), as they were found.</summary>
    public IReadOnlyDictionary<string, string> Telemetry { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Providers that the file and the environment name; each start makes them the installation's.</summary>
    public IReadOnlyList<Configuration.GivenProvider> Providers { get; init; } = [];
}
