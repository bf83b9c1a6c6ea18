using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>Tests of the API over a whole engine, each with a server of its own.</summary>
public abstract class EngineApiTests : IAsyncLifetime
{
    private protected EngineHost Host { get; private set; } = null!;

    private protected CarillonClient Api => Host.Api;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Host = await EngineHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends, and waits until no message of it is on its way any more.</summary>
    private protected async Task<Message> SentAsync(NotificationRequest request)
    {
        var accepted = await Api.Notifications.SendAsync(request);
        var notification = await Api.Notifications.WaitAsync(accepted.Id, TimeSpan.FromMilliseconds(5), Token);
        return Assert.Single(notification.Messages);
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

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Prepare()
    {
    }
}
