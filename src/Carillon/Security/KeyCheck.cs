using Carillon.Storage;

namespace Carillon.Security;

/// <summary>Keeps a node with another encryption key from starting: it could open nothing, and would seal what others cannot open.</summary>
public static class KeyCheck
{
    internal const string SettingName = "encryption_key_check";

    private const string Purpose = "key-check";

    /// <summary>Compares the ring with the value that the store keeps; the first node to come puts it there.</summary>
    /// <exception cref="StorageStartException">The store belongs to another key.</exception>
    public static async ValueTask VerifyAsync(INodeStore nodes, KeyRing keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var box = new SecretBox(keys);
        var check = await nodes.GetSettingAsync(SettingName, cancellationToken)
            ?? await nodes.AddSettingAsync(SettingName, box.Seal([], Purpose), cancellationToken);
        try
        {
            box.Open(check, Purpose);
        }
        catch (SecretUnreadableException exception)
        {
            throw new StorageStartException(
                $"The encryption key does not fit this database. {exception.Message} Start with the key that it was made with "
                + $"(ENCRYPTION_KEY, or {KeyFile.FileName} in the data directory). After a change of key the old one stays behind the new: "
                + "ENCRYPTION_KEY=new,old.",
                exception);
        }
    }

    /// <summary>Seals the value under the ring's first key: from then on a node needs that one.</summary>
    internal static async ValueTask ResealAsync(INodeStore nodes, SecretBox box, CancellationToken cancellationToken)
    {
        if (await nodes.GetSettingAsync(SettingName, cancellationToken) is { } check && box.NeedsResealing(check))
            await nodes.PutSettingAsync(SettingName, box.Reseal(check, Purpose), cancellationToken);
    }
}
