using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>Tests of the API over a whole engine, each with a server of its own.</summary>
public abstract class EngineApiTests : IAsyncLifetime
{
    private protected EngineHost Host { get; private set; } = null!;

    private protected CarillonClient Api => Host.Api;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>Sends, and waits until no message of it is on its way any more.</summary>
    private protected async Task<Message> SentAsync(NotificationRequest request)
    {
        var accepted = await Api.Notifications.SendAsync(request);
        var notification = await Api.Notifications.WaitAsync(accepted.Id, TimeSpan.FromMilliseconds(5), Token);
        return Assert.Single(notification.Messages);
    }

    /// <summary>Reads until it is so.</summary>
    private protected static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var found = await read();
            if (condition(found)) return found;
            await timer.WaitForNextTickAsync(Token);
        }
    }
}

/// <summary>Tests of the API alone: its engine is not there.</summary>
public abstract class AloneApiTests : IAsyncLifetime
{
    private protected ApiHost Host { get; private set; } = null!;

    private protected CarillonClient Api => Host.Api;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Host = await ApiHost.StartAsync();
        Prepare();
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private protected virtual void Prepare()
    {
    }
}
