namespace Carillon.Storage.PostgreSql;

/// <summary>Where and how the PostgreSQL engine keeps its data.</summary>
public sealed record PostgreSqlStorageOptions
{
    /// <summary>
    /// A URL (<c>postgresql://user:password@host:5432/database?sslmode=require</c>) or a connection string of Npgsql's
    /// (<c>Host=…;Username=…</c>). What either may say stands in docs/postgresql.md.
    /// </summary>
    public required string Url { get; init; }

    /// <summary>
    /// Whether a pooler in transaction mode stands between (PgBouncer). Nothing is prepared then, and no session is relied on.
    /// Default: as <c>pgbouncer=true</c> in the URL says, else false.
    /// </summary>
    public bool? Pooler { get; init; }

    /// <summary>Connections that a node opens at most. Default 16, unless the URL says otherwise.</summary>
    public int MaxConnections { get; init; } = 16;

    /// <summary>How long one statement may take before it is given up. Default 30 s, unless the URL says otherwise.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to ask for what became of a commit whose answer was lost, before it is reported as failed. Default 5 s.</summary>
    public TimeSpan ResolveTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the secrets of a message are kept that failed while no node had it, as <see cref="CarillonOptions.SecretRetention"/> says
    /// for the others. Default: as there.
    /// </summary>
    public TimeSpan SecretRetention { get; init; } = new CarillonOptions().SecretRetention;

    /// <summary>How many months the log is divided ahead of time. Default 2.</summary>
    public int MonthsAhead { get; init; } = 2;

    /// <summary>The URL may hold a password, so it is not shown.</summary>
    public override string ToString() => nameof(PostgreSqlStorageOptions);
}
