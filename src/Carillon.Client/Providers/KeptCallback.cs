namespace Carillon.Client;

/// <summary>A vendor's request, as it stands after it was read.</summary>
public sealed record KeptCallback
{
    public required string Id { get; init; }

    public required string ProviderId { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>Why it could not be read; null when it could.</summary>
    public string? Fault { get; init; }
}
