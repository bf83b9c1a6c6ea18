using System.Net;
using Carillon.Server.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Carillon.Server.Tests.Http;

public sealed class LargeBodyTests
{
    private const string Path = "/v1/notifications";

    private static readonly string Item = """{"recipient_id":"c1","message":"m"}""";
    private static readonly string Large = Item + new string(' ', 2 << 20);

    [Fact]
    public async Task A_large_body_for_which_no_slot_comes_free_is_503_and_small_ones_still_pass()
    {
        // Long enough for the slot of one request to come free for the next: it does so a moment after the answer.
        var patience = TimeSpan.FromSeconds(2);
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(new LargeBodySlots(1, patience, TimeProvider.System)));
        var slots = host.Services.GetRequiredService<LargeBodySlots>();
        await slots.TakeAsync(TestContext.Current.CancellationToken);

        var refused = await host.PostAsync(Path, Large);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("10", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal("/problems/unavailable", (await ApiHost.JsonAsync(refused)).GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(Path, Item)).StatusCode);

        slots.Release();
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(Path, Large)).StatusCode);
    }

    [Fact]
    public async Task A_slot_that_comes_free_is_given_to_who_waits()
    {
        using var slots = new LargeBodySlots(1, TimeSpan.FromMinutes(10), TimeProvider.System);
        await slots.TakeAsync(TestContext.Current.CancellationToken);
        var waiting = slots.TakeAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);

        slots.Release();

        await waiting;
    }

    [Fact]
    public async Task A_body_that_trickles_in_is_cut_off()
    {
        await using var host = await ApiHost.StartAsync();

        var rate = host.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinRequestBodyDataRate;

        Assert.Equal((10_000, TimeSpan.FromSeconds(10)), (rate?.BytesPerSecond, rate?.GracePeriod));
    }
}
