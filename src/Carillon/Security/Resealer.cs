using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Senders;
using Carillon.Storage;

namespace Carillon.Security;

/// <summary>
/// Seals anew, under the ring's first key, what is sealed under its other keys, so that these may go. In chunks of one commit each,
/// beside all other work; whatever breaks off, the next run goes on with what is left. Thread-safe.
/// </summary>
public sealed class Resealer
{
    /// <summary>Secrets in one commit.</summary>
    public const int ChunkSize = 200;

    private readonly IStorage _storage;
    private readonly KeyRing _keys;
    private readonly SecretBox _box;

    internal Resealer(IStorage storage, KeyRing keys, SecretBox box)
    {
        _storage = storage;
        _keys = keys;
        _box = box;
    }

    /// <summary>What is sealed with which key: the ring's keys first, in their order, then those that this node does not have.</summary>
    public async ValueTask<IReadOnlyList<KeyUse>> UseAsync(CancellationToken cancellationToken)
    {
        var counts = await _storage.Sealed.CountAsync(cancellationToken);
        var check = await _storage.Nodes.GetSettingAsync(KeyCheck.SettingName, cancellationToken);
        var uses = _keys.Ids.Select((id, i) => UseOf(id, i == 0 ? KeyRole.Seals : KeyRole.Opens)).ToList();
        var strange = counts.Select(c => c.KeyId).Append(check is null ? null : SecretBox.KeyIdOf(check)).OfType<byte[]>()
            .Where(id => !_keys.Ids.Any(known => known.AsSpan().SequenceEqual(id))).DistinctBy(Convert.ToHexStringLower).ToList();
        uses.AddRange(strange.Select(id => UseOf(id, KeyRole.Missing)));
        return uses;

        KeyUse UseOf(byte[] id, KeyRole role) => new(
            Convert.ToHexStringLower(id), role, [.. counts.Where(c => c.KeyId.AsSpan().SequenceEqual(id))],
            check is not null && SecretBox.KeyIdOf(check) is { } of && of.AsSpan().SequenceEqual(id));
    }

    /// <summary>Seals up to <paramref name="most"/> secrets anew.</summary>
    public async ValueTask<Resealing> RunAsync(int most, CancellationToken cancellationToken)
    {
        var (resealed, unreadable) = (0, 0);
        foreach (var old in _keys.Ids.Skip(1))
        {
            foreach (var kind in Enum.GetValues<SealedKind>())
            {
                Guid? after = null;
                while (resealed < most)
                {
                    var found = await _storage.Sealed.ListAsync(kind, old, after, Math.Min(ChunkSize, most - resealed), cancellationToken);
                    if (found.Count == 0) break;
                    after = found[^1].Owner;
                    var replacements = found.Select(Reseal).OfType<SealedReplacement>().ToList();
                    unreadable += found.Count - replacements.Count;
                    resealed += await _storage.Sealed.ReplaceAsync(replacements, cancellationToken);
                }
            }
        }

        // Last: until all else has been sealed anew, a node without the old key is of no use.
        var isWhole = resealed < most;
        if (isWhole) await KeyCheck.ResealAsync(_storage.Nodes, _box, cancellationToken);
        return new Resealing(resealed, unreadable, isWhole);
    }

    private SealedReplacement? Reseal(SealedSecret secret)
    {
        var purpose = secret.Kind switch
        {
            SealedKind.ProviderCredentials or SealedKind.PreviousCredentials => ProviderCatalog.PurposeOf(secret.Owner),
            SealedKind.SenderKeys => SenderDirectory.PurposeOf(secret.Owner),
            SealedKind.NotificationSecrets => Renderer.SecretsPurpose(secret.Owner),
            _ => throw new InvalidOperationException($"There is no such kind: {secret.Kind}"),
        };
        try
        {
            return new SealedReplacement(secret, _box.Reseal(secret.Sealed, purpose));
        }
        catch (SecretUnreadableException)
        {
            // Damaged, or put here from elsewhere: no key opens it, and it keeps no key in use.
            return null;
        }
    }
}

/// <summary>What became of a run.</summary>
/// <param name="Resealed">Secrets that are now sealed with the first key.</param>
/// <param name="Unreadable">Damaged ones: no key opens them, they stay as they are.</param>
/// <param name="IsWhole">Nothing is left that could be sealed anew.</param>
public readonly record struct Resealing(int Resealed, int Unreadable, bool IsWhole);

public enum KeyRole
{
    /// <summary>The ring's first.</summary>
    Seals,

    /// <summary>Another of the ring.</summary>
    Opens,

    /// <summary>This node does not have it.</summary>
    Missing,
}

public static class KeyRoleNames
{
    public static readonly WireNames<KeyRole> All = new((KeyRole.Seals, "seals"), (KeyRole.Opens, "opens"), (KeyRole.Missing, "missing"));
}

/// <summary>What is sealed with one encryption key.</summary>
/// <param name="KeyId">In hexadecimal digits.</param>
/// <param name="IsChecked">The value by which starting nodes know their key is sealed with it.</param>
public sealed record KeyUse(string KeyId, KeyRole Role, IReadOnlyList<SealedCount> Counts, bool IsChecked)
{
    public long Total => Counts.Sum(c => c.Count) + (IsChecked ? 1 : 0);
}
