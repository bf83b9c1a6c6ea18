using System.Diagnostics;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;
using Microsoft.Data.Sqlite;

namespace Carillon.Tests.Storage.Sqlite;

public sealed class SqliteFaultTests : StorageTest
{
    private readonly SqliteFactory _factory;

    public SqliteFaultTests() : this(new SqliteFactory())
    {
    }

    private SqliteFaultTests(SqliteFactory factory) : base(factory) => _factory = factory;

    [Fact]
    public async Task While_another_program_holds_the_database_nothing_is_written_and_then_all_works_again()
    {
        await using var connection = new SqliteConnection($"Data Source={_factory.DatabaseFile};Pooling=False");
        connection.Open();
        var refused = MakeNotification();
        using (connection.BeginTransaction())
        {
            var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(refused));
            Assert.Contains("another process holds it", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Store.Tenants.CreateAsync("x", "X", Cancellation));
            Assert.Null(await Log.GetNotificationAsync(Tenant, refused.Id, Cancellation));
        }

        await AcceptAsync(refused);
        Assert.NotNull(await Log.GetNotificationAsync(Tenant, refused.Id, Cancellation));
    }

    [Fact]
    public async Task Closing_finishes_what_waits_and_refuses_what_comes_later()
    {
        var notification = MakeNotification();
        var group = new WriteGroup { Epoch = 1 };
        group.Accepts.Add(Accepting(notification));
        var commit = Queue.CommitAsync(group, Cancellation);
        await Store.DisposeAsync();
        await commit;

        await Assert.ThrowsAsync<StorageUnavailableException>(() => AcceptAsync(MakeNotification()));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Log.GetMessageAsync(Tenant, notification.Id, Cancellation));
        await ReopenAsync();
        Assert.NotNull(await Log.GetNotificationAsync(Tenant, notification.Id, Cancellation));
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_before_it_began_writes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var notification = MakeNotification();
        var group = new WriteGroup { Epoch = 1 };
        group.Accepts.Add(Accepting(notification));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Queue.CommitAsync(group, cancelled.Token));
        Assert.Null(await Log.GetNotificationAsync(Tenant, notification.Id, Cancellation));
    }

    [Fact]
    public async Task What_was_committed_survives_a_kill()
    {
        var queued = MakeNotification();
        await AcceptAsync(queued);
        var owned = await AcceptOwnedAsync();
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], Idempotency = new IdempotencyRecord("k", [1], [2]) });

        using var image = new CrashImage(_factory);
        await using var store = SqliteFactory.CreateIn(image.Path);
        await store.OpenAsync(Cancellation);

        Assert.Equal(new Rescue(1, 0), await store.Queue.RescueAsync([], Now, Cancellation));
        var claim = await store.Queue.ClaimAsync(owned.Lane, 2, Now, 10, Cancellation);
        Assert.Equivalent(new[] { queued.Messages[0].Id, owned.Id }, claim.Messages.Select(m => m.Id), strict: true);
        var group = new WriteGroup { Epoch = 2 };
        group.Accepts.Add(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [], Idempotency = new IdempotencyRecord("k", [3], [4]) });
        await store.Queue.CommitAsync(group, Cancellation);
        Assert.Equal(AcceptVerdict.KeyExists, group.Accepts[0].Verdict);
    }

    [Fact]
    public async Task A_commit_that_power_loss_tore_is_gone_as_a_whole()
    {
        var whole = MakeNotification(messages: 20);
        var torn = MakeNotification(messages: 20);
        await AcceptAsync(whole);
        var before = new FileInfo(_factory.DatabaseFile + "-wal").Length;
        await AcceptAsync(torn);

        using var image = new CrashImage(_factory);
        await using (var wal = File.OpenWrite(Path.Combine(image.Path, "carillon.db-wal"))) wal.SetLength(before + ((wal.Length - before) / 2));
        await using var store = SqliteFactory.CreateIn(image.Path);
        await store.OpenAsync(Cancellation);

        Assert.Equal(20, (await store.Log.GetNotificationAsync(Tenant, whole.Id, Cancellation))?.Messages.Count);
        Assert.Null(await store.Log.GetNotificationAsync(Tenant, torn.Id, Cancellation));
        Assert.Equal(20, (await store.Queue.ClaimAsync(whole.Messages[0].Lane, 2, Now, 100, Cancellation)).Messages.Count);
    }

    [Fact]
    public async Task A_full_disk_refuses_whole_groups_and_writing_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        var ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[4 << 20], Cancellation);
        var directory = Path.Combine(disk.Path, "data");
        var store = new SqliteStorage(new SqliteStorageOptions { Directory = directory, CheckpointBytes = 1 << 20 }, Clock);
        await using (store)
        {
            await store.OpenAsync(Cancellation);
            var stored = new List<Guid>();
            var refused = await FillAsync(store, stored);

            Assert.Null(await store.Log.GetNotificationAsync(Tenant, refused, Cancellation));
            // The group before it was stored, and what waits can still be counted.
            Assert.NotNull(await store.Log.GetNotificationAsync(Tenant, stored[^1], Cancellation));
            Assert.Equal(stored.Count, (await store.Log.DepthAsync(Tenant, Now, Cancellation)).Sum(d => d.Count));

            File.Delete(ballast);
            var after = MakeLarge();
            await CommitAsync(store, after);
            stored.Add(after.Id);
            foreach (var id in stored) Assert.NotNull(await store.Log.GetNotificationAsync(Tenant, id, Cancellation));
        }

        // What was refused left no trace in the file either.
        await using var again = new SqliteStorage(new SqliteStorageOptions { Directory = directory }, Clock);
        await again.OpenAsync(Cancellation);
        await CommitAsync(again, MakeNotification());
    }

    [Fact]
    public async Task Reads_go_on_while_the_disk_is_full()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        await using var store = SqliteFactory.CreateIn(Path.Combine(disk.Path, "data"));
        await store.OpenAsync(Cancellation);
        var before = MakeNotification();
        await CommitAsync(store, before);

        disk.Fill();
        for (var i = 0; i < 3; i++) await Assert.ThrowsAsync<StorageUnavailableException>(() => CommitAsync(store, MakeLarge()));
        Assert.NotNull(await store.Log.GetNotificationAsync(Tenant, before.Id, Cancellation));
        disk.Free();
        await CommitAsync(store, MakeLarge());
    }

    private async Task<Guid> FillAsync(SqliteStorage store, List<Guid> stored)
    {
        while (true)
        {
            var notification = MakeLarge();
            try
            {
                await CommitAsync(store, notification);
                stored.Add(notification.Id);
            }
            catch (StorageUnavailableException e)
            {
                Assert.Contains("the disk is full", e.Message, StringComparison.Ordinal);
                return notification.Id;
            }
        }
    }

    private Notification MakeLarge()
    {
        var notification = new Notification { Tenant = Tenant, Id = Ids.Next(), CreatedAt = Now, Variables = new byte[100_000] };
        notification.Messages = [MakeMessage(notification)];
        return notification;
    }

    private static async Task CommitAsync(IStorage store, Notification notification)
    {
        var group = new WriteGroup { Epoch = 1 };
        group.Accepts.Add(Accepting(notification));
        await store.Queue.CommitAsync(group, Cancellation);
    }

    /// <summary>The files as they are on disk while the store is open: what a kill leaves behind.</summary>
    private sealed class CrashImage : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-");

        public CrashImage(SqliteFactory factory)
        {
            foreach (var file in new[] { "carillon.db", "carillon.db-wal" })
                File.Copy(System.IO.Path.Combine(factory.Path, file), System.IO.Path.Combine(Path, file));
        }

        public string Path => _directory.FullName;

        public void Dispose() => _directory.Delete(recursive: true);
    }

    /// <summary>A file system of a few megabytes in memory. Needs the right to mount.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-disk-");

        public string Path => _directory.FullName;

        private string Filler => System.IO.Path.Combine(Path, "filler");

        public static SmallDisk Mount(int bytes)
        {
            var disk = new SmallDisk();
            if (!OperatingSystem.IsLinux() || !Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "carillon-test", disk.Path))
            {
                disk._directory.Delete();
                Assert.Skip("Mounting a small file system needs Linux and the right to mount.");
            }

            return disk;
        }

        public void Fill()
        {
            using var file = File.Create(Filler, bufferSize: 1);
            try
            {
                while (true) file.Write(new byte[4096]);
            }
            catch (IOException)
            {
                // That was the last page.
            }
        }

        public void Free() => File.Delete(Filler);

        public void Dispose()
        {
            Run("umount", "-l", Path);
            _directory.Delete();
        }

        private static bool Run(string program, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
