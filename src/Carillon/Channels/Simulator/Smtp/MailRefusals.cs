using System.Collections.Concurrent;

namespace Carillon.Channels.Simulator.Smtp;

/// <summary>
/// Recipients for whom the server was just not available. A client that was told 421 comes again at once on another connection, as it should:
/// were it let in there, a server that fails for a tenth of the mails would fail for a hundredth. Thread-safe.
/// </summary>
internal sealed class MailRefusals(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _refused = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string recipient) => _refused[recipient] = time.GetUtcNow();

    /// <summary>Whether it was refused a moment ago; asked once, it is forgotten.</summary>
    public bool IsFresh(string recipient) => _refused.TryRemove(recipient, out var at) && time.GetUtcNow() - at < Lifetime;
}
