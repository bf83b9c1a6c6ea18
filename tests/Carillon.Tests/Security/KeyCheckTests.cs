using System.Collections.Concurrent;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Tests.Security;

public sealed class KeyCheckTests
{
    private readonly SettingsOnly _nodes = new();

    [Fact]
    public async Task The_first_start_leaves_a_value_and_the_same_key_starts_again()
    {
        await KeyCheck.VerifyAsync(_nodes, Keys.A, TestContext.Current.CancellationToken);
        Assert.NotNull(await _nodes.GetSettingAsync(KeyCheck.SettingName, TestContext.Current.CancellationToken));
        await KeyCheck.VerifyAsync(_nodes, Keys.A, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Another_key_does_not_start_and_is_told_which_is_needed()
    {
        await KeyCheck.VerifyAsync(_nodes, Keys.A, TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<StorageStartException>(async () => await KeyCheck.VerifyAsync(_nodes, Keys.B));
        Assert.Contains(Keys.A.Names, fault.Message, StringComparison.Ordinal);
        Assert.Contains("ENCRYPTION_KEY", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ring_that_has_the_old_key_behind_the_new_starts()
    {
        await KeyCheck.VerifyAsync(_nodes, Keys.A, TestContext.Current.CancellationToken);
        await KeyCheck.VerifyAsync(_nodes, Keys.BThenA, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Of_two_first_starts_at_once_with_different_keys_one_is_refused()
    {
        // Both found nothing; the store says whose value stayed.
        _nodes.Raced = new SecretBox(Keys.A).Seal([], "key-check");
        await Assert.ThrowsAsync<StorageStartException>(async () => await KeyCheck.VerifyAsync(_nodes, Keys.B));
    }

    private sealed class SettingsOnly : INodeStore
    {
        private readonly ConcurrentDictionary<string, byte[]> _settings = new(StringComparer.Ordinal);

        public byte[]? Raced { get; set; }

        public ValueTask PutSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
            new(_settings.GetValueOrDefault(name));

        public ValueTask<byte[]> AddSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default) =>
            new(_settings.GetOrAdd(name, Raced ?? value));

        public ValueTask<long> StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<Pulse?> HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<bool> EndAsync(long epoch, DateTimeOffset heard, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<StoredNode>> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<long?> TakeLeaseAsync(string name, long epoch, TimeSpan duration, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public IAsyncDisposable? Listen(Action<string> changed) => throw new NotSupportedException();

        public ValueTask TellAsync(string topic, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask StopAsync(long epoch, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
