using System.Text;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Storage.Sqlite;

namespace Carillon.Tests.Dispatch;

/// <summary>What fails before a provider is asked is no attempt at it.</summary>
public sealed class NotSentTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-notsent-");
    private CarillonEngine _engine = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_whose_mark_failed_is_not_sent_before_a_mark_is_durable()
    {
        var marks = 0;
        var failed = 0;
        var sentAtFailure = -1;
        await StartAsync((name, arguments) =>
        {
            if (name != nameof(IQueueStore.CommitAsync) || ((WriteGroup)arguments[0]!).Marks.Count == 0 || ++marks > 1) return null;
            failed++;
            sentAtFailure = Sent();
            return new StorageUnavailableException("the disk is full");
        });
        var request = EngineHarness.Mail();
        request.OnUnknown = OnUnknown.Stop;

        var message = await DeliverAsync(request);

        Assert.Equal((1, 0), (failed, sentAtFailure));
        Assert.Equal((MessageStatus.Sent, 1), (message.Status, message.Attempts));
        Assert.Equal(1, Sent());
        AssertTrace(message, attempts: 1);
    }

    [Theory]
    [InlineData(OnUnknown.Stop)]
    [InlineData(OnUnknown.Resend)]
    public async Task An_attachment_that_cannot_be_read_now_is_read_later(OnUnknown onUnknown)
    {
        var reads = 0;
        await StartAsync((name, _) => name == nameof(IMessageLog.GetBlobAsync) && ++reads == 1 ? new StorageUnavailableException("busy") : null);
        var request = EngineHarness.Mail();
        request.OnUnknown = onUnknown;
        request.Attachments = [new AttachmentRequest("a.txt", "text/plain", "a"u8.ToArray())];

        var message = await DeliverAsync(request);

        Assert.Equal((MessageStatus.Sent, 1), (message.Status, message.Attempts));
        AssertTrace(message, attempts: 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static void AssertTrace(StoredMessage message, int attempts)
    {
        var lines = Encoding.UTF8.GetString(message.Trace!).Split('\n');
        Assert.Contains(lines, l => l.Contains("before the send", StringComparison.Ordinal));
        Assert.Equal(attempts, lines.Count(l => l.Contains("\"k\":\"attempt\"", StringComparison.Ordinal)));
    }

    private async Task StartAsync(Func<string, object?[], Exception?> fault)
    {
        Assert.True(KeyRing.TryParse("a key that is only for tests", out var ring, out _));
        var store = new SqliteStorage(new SqliteStorageOptions { Directory = _directory.FullName }, TimeProvider.System);
        var options = new CarillonOptions { Retry = new RetryPolicy { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) } };
        _engine = new CarillonEngine(new FaultyStorage(store, fault), ring, options, TimeProvider.System, new NoDefects());
        await _engine.StartAsync(Cancellation);
    }

    private async Task<StoredMessage> DeliverAsync(NotificationRequest request)
    {
        var result = await _engine.Intake.AcceptAsync(EngineHarness.Tenant, request, null, _ => [], Cancellation);
        var id = Assert.IsType<AcceptResult.Accepted>(result).Notification.Messages[0].Id;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var stored = await _engine.Storage.Log.GetMessageAsync(EngineHarness.Tenant, id, Cancellation);
            if (stored!.Status.IsFinal()) return stored;
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }

    private int Sent() => _engine.Outbox.List(EngineHarness.Tenant, 100).Count;

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => Assert.Fail($"{where}: {exception}");
    }
}
