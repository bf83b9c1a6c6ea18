namespace Carillon.Storage;

/// <summary>The nodes that share a store: who lives, what has changed, who does what alone.</summary>
public interface INodeStore
{
    /// <summary>Begins an incarnation of a node; the number is higher than all before it.</summary>
    ValueTask<long> StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says that this node lives, and learns how the installation stands. Null when others have ended this incarnation: what it owned is
    /// theirs, and only a new incarnation may go on.
    /// </summary>
    ValueTask<Pulse?> HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>This node leaves in order.</summary>
    ValueTask StopAsync(long epoch, CancellationToken cancellationToken = default);

    /// <summary>Ends another's incarnation that was last heard of at <paramref name="heard"/>; false when it has been heard of since.</summary>
    ValueTask<bool> EndAsync(long epoch, DateTimeOffset heard, CancellationToken cancellationToken = default);

    /// <summary>Those that run or ran lately, newest first.</summary>
    ValueTask<IReadOnlyList<StoredNode>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes or renews what one node holds alone; null while another has it. The token is higher than that of every holder before, so that
    /// what a former holder still writes can be told from what this one does.
    /// </summary>
    ValueTask<long?> TakeLeaseAsync(string name, long epoch, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>
    /// Calls <paramref name="changed"/> when another node may have changed something, with what (<see cref="ChangeTopics"/>), until it is
    /// disposed. A hint that may be lost: <see cref="Pulse.Versions"/> has the truth. Null where there are no other nodes.
    /// </summary>
    IAsyncDisposable? Listen(Action<string> changed);

    /// <summary>Tells the other nodes; a hint, and cheap.</summary>
    ValueTask TellAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>A named value of the installation (the key's check value …), or null.</summary>
    ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The named values whose names begin so, by name.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Stores a named value unless there is one; returns the one that is there.</summary>
    ValueTask<byte[]> AddSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default);

    /// <summary>Stores a named value in place of what is there.</summary>
    ValueTask PutSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default);
}

/// <summary>What a heartbeat learns.</summary>
/// <param name="StoreTime">The store's clock.</param>
/// <param name="Live">Every incarnation that has not ended, and when it was last heard of by the store's clock.</param>
/// <param name="Versions">By topic, a number that rises with each change.</param>
public sealed record Pulse(DateTimeOffset StoreTime, IReadOnlyDictionary<long, DateTimeOffset> Live, IReadOnlyDictionary<string, long> Versions);

/// <param name="Owned">Messages in its hands.</param>
public sealed record StoredNode(long Epoch, string Name, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt, DateTimeOffset? StoppedAt, long Owned);

/// <summary>What nodes tell each other of.</summary>
public static class ChangeTopics
{
    public const string Endpoints = "endpoints";
    public const string Providers = "providers";
    public const string Routing = "routing";
    public const string Senders = "senders";
    public const string Templates = "templates";

    /// <summary>There is work in the store that nobody owns.</summary>
    public const string Work = "work";
}
