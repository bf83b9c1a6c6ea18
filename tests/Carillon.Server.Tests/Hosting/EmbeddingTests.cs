using Carillon.Dispatch;
using Carillon.Hosting;
using Carillon.Messages;
using Carillon.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Carillon.Server.Tests.Hosting;

public sealed class EmbeddingTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("carillon-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IHost Build(Action<CarillonHostOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCarillon(options =>
        {
            options.DataDirectory = _data;
            configure?.Invoke(options);
        });
        return builder.Build();
    }

    private static NotificationRequest Mail(string? key = null) => new()
    {
        Recipient = new RecipientRequest { Email = "ana@example.net" },
        Subject = "Hello",
        Message = "It rings.",
        IdempotencyKey = key,
    };

    private static async Task<StoredMessage> SettledAsync(Notifier notifier, Guid id)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var message = Assert.Single((await notifier.GetAsync(id, Token))!.Messages);
            if (message.Status is not (MessageStatus.Queued or MessageStatus.Sending)) return message;
            await timer.WaitForNextTickAsync(Token);
        }
    }

    [Fact]
    public async Task A_host_starts_the_engine_and_sends_through_it()
    {
        using var host = Build();
        await host.StartAsync(Token);
        var notifier = host.Services.GetRequiredService<Notifier>();

        var message = await SettledAsync(notifier, await notifier.SendAsync(Mail(), Token));

        Assert.Equal((MessageStatus.Sent, "ana@example.net"), (message.Status, message.Address));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_host_that_stops_drains_and_the_next_has_what_was_sent()
    {
        Guid id;
        using (var first = Build())
        {
            await first.StartAsync(Token);
            var notifier = first.Services.GetRequiredService<Notifier>();
            id = await notifier.SendAsync(Mail(), Token);
            await first.StopAsync(Token);
            await Assert.ThrowsAsync<StorageUnavailableException>(() => notifier.SendAsync(Mail(), Token));
        }

        using var second = Build();
        await second.StartAsync(Token);
        Assert.DoesNotContain(second.Services.GetRequiredService<CarillonEngine>().StartNotes, n => n.Contains("without warning", StringComparison.Ordinal));
        Assert.Equal(MessageStatus.Sent, (await SettledAsync(second.Services.GetRequiredService<Notifier>(), id)).Status);
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task The_same_key_is_one_notification_and_another_request_under_it_is_refused()
    {
        using var host = Build();
        await host.StartAsync(Token);
        var notifier = host.Services.GetRequiredService<Notifier>();

        var first = await notifier.SendAsync(Mail("invoice-7"), Token);

        Assert.Equal(first, await notifier.SendAsync(Mail("invoice-7"), Token));
        var other = Mail("invoice-7");
        other.Message = "Something else.";
        var refusal = await Assert.ThrowsAsync<NotificationRefusedException>(() => notifier.SendAsync(other, Token));
        Assert.Equal("idempotency_key", Assert.Single(refusal.Faults).Field);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_notification_at_fault_is_thrown_with_every_fault()
    {
        using var host = Build();
        await host.StartAsync(Token);
        var notifier = host.Services.GetRequiredService<Notifier>();

        var refusal = await Assert.ThrowsAsync<NotificationRefusedException>(
            () => notifier.SendAsync(new NotificationRequest { Recipient = new RecipientRequest { Email = "nonsense" }, Message = "Hi" }, Token));

        Assert.Contains(refusal.Faults, f => f.Field == "recipient.email");
        Assert.Contains("recipient.email", refusal.Message, StringComparison.Ordinal);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Tenants_do_not_see_each_others_notifications()
    {
        using var host = Build();
        await host.StartAsync(Token);
        var notifier = host.Services.GetRequiredService<Notifier>();
        var tenants = host.Services.GetRequiredService<CarillonEngine>().Storage.Tenants;
        var acme = notifier.For((await tenants.CreateAsync("acme", "Acme", Token)).Id);

        var id = await acme.SendAsync(Mail(), Token);

        Assert.NotNull(await acme.GetAsync(id, Token));
        Assert.Null(await notifier.GetAsync(id, Token));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Every_fault_of_the_options_is_told_at_start()
    {
        using var host = Build(options =>
        {
            options.DataDirectory = null;
            options.EncryptionKey = "short";
            options.Engine = new CarillonOptions { Window = 1, ClaimBatch = 0 };
        });

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Token));

        Assert.Equal(["DataDirectory", "EncryptionKey", "Engine.Window", "Engine.ClaimBatch"], fault.Failures.Select(f => f.Split(' ', ':')[0]));
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_does_not_start()
    {
        using var first = Build();
        await first.StartAsync(Token);
        using var second = Build();

        await Assert.ThrowsAsync<StorageStartException>(() => second.StartAsync(Token));

        await first.StopAsync(Token);
    }

    [Fact]
    public async Task Another_storage_is_used_when_it_is_given()
    {
        var made = 0;
        using var host = Build(options =>
        {
            options.Storage = provider =>
            {
                made++;
                return new Storage.Sqlite.SqliteStorage(
                    new Storage.Sqlite.SqliteStorageOptions { Directory = Path.Combine(_data, "elsewhere") }, provider.GetRequiredService<TimeProvider>());
            };
        });
        await host.StartAsync(Token);

        Assert.Equal(1, made);
        Assert.True(File.Exists(Path.Combine(_data, "elsewhere", "carillon.db")));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Surprises_go_into_the_applications_log()
    {
        var log = new ListLog();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Services.AddCarillon(options => options.DataDirectory = _data);
        using var host = builder.Build();
        await host.StartAsync(Token);

        host.Services.GetRequiredService<IDefectLog>().Report("A test", new InvalidDataException("surprise"));

        Assert.Contains(log.Lines, l => l == "Error A test met what should not happen. surprise");
        Assert.Contains(log.Lines, l => l.StartsWith("Information Carillon delivers, with SQLite", StringComparison.Ordinal));
        await host.StopAsync(Token);
    }

    private sealed class ListLog : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception?.Message}".TrimEnd());

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
