namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>The one way in which these tests wait: for a condition, looked at again and again, within a bound.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <param name="what">What is waited for, to follow "Waited in vain for": the test fails with it after the bound.</param>
    /// <param name="state">Adds what is the case instead.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null, Func<string>? state = null)
    {
        var bound = within ?? Patience;
        var since = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > bound)
                Assert.Fail($"Waited in vain for {what} ({bound.TotalSeconds:0} s). {state?.Invoke()}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null, Func<string>? state = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within, state);

    /// <summary>Lets time pass where the time itself is what is tested: a random moment, a period that is measured. Never to wait for something.</summary>
    public static Task PassAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, TestContext.Current.CancellationToken);
}
