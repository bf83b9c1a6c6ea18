using Carillon.Messages;

namespace Carillon.Tests.Messages;

public sealed class RetryPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetryPolicy Policy = new() { MaxAttempts = 5, BaseDelay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromSeconds(30) };

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(3, 30)]
    [InlineData(60, 30)]
    public void The_ceiling_doubles_up_to_the_longest_delay(int attempts, double seconds) =>
        Assert.Equal(seconds, Policy.Delay(attempts, 0.999999999).TotalSeconds, 0.001);

    [Fact]
    public void The_jitter_is_full() => Assert.Equal(TimeSpan.Zero, Policy.Delay(3, 0));

    [Fact]
    public void Attempts_are_bounded() => Assert.Null(Policy.Next(Message(Now), 5, Now, null, 0.5));

    [Fact]
    public void Age_is_bounded() => Assert.Null(Policy.Next(Message(Now.AddHours(-25)), 1, Now, null, 0.5));

    [Fact]
    public void The_age_of_a_scheduled_message_counts_from_its_time() =>
        Assert.NotNull(Policy.Next(Message(Now.AddDays(-30), scheduled: Now.AddMinutes(-1)), 1, Now, null, 0.5));

    [Fact]
    public void A_retry_by_hand_begins_age_and_attempts_anew()
    {
        var message = Message(Now.AddDays(-30), attemptsBefore: 5, retried: Now.AddHours(-1));

        Assert.False(Policy.IsTooOld(message, Now));
        Assert.Equal(Now.AddSeconds(5), Policy.Next(message, 6, Now, null, 0.5));
        Assert.Null(Policy.Next(message, 10, Now, null, 0.5));
        Assert.True(Policy.IsTooOld(message, Now.AddHours(24)));
    }

    [Fact]
    public void What_the_gateway_asks_for_is_respected() =>
        Assert.Equal(Now.AddMinutes(10), Policy.Next(Message(Now), 1, Now, Now.AddMinutes(10), 0.5));

    private static OutboundMessage Message(
        DateTimeOffset created, DateTimeOffset? scheduled = null, int attemptsBefore = 0, DateTimeOffset? retried = null) => new()
        {
            Notification = new Notification { Tenant = new TenantId(1), Id = Guid.Empty, CreatedAt = created, ScheduledAt = scheduled },
            Id = Guid.Empty,
            Channel = Channel.Email,
            Address = "ana@example.net",
            CreatedAt = created,
            AttemptsBefore = attemptsBefore,
            RetriedAt = retried,
            DueAt = scheduled ?? created,
        };
}
