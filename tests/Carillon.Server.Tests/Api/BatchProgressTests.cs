using Carillon.Messages;
using Carillon.Server.Api;
using Carillon.Storage;

namespace Carillon.Server.Tests.Api;

public sealed class BatchProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_expected_end_is_where_the_rate_so_far_leads()
    {
        var progress = BatchProgress.Of(Counts((MessageStatus.Sent, 200), (MessageStatus.Failed, 50), (MessageStatus.Queued, 750)), Start.AddSeconds(10));

        Assert.Equal(new BatchProgress(1000, 250, 0.25, Start.AddSeconds(40)), progress);
    }

    [Theory]
    [InlineData(MessageStatus.Queued, 5, 0)]
    [InlineData(MessageStatus.Scheduled, 5, 5)]
    [InlineData(MessageStatus.Held, 5, 5)]
    [InlineData(MessageStatus.Queued, 0, 5)]
    public void It_is_unknown_where_the_rate_says_nothing(MessageStatus waiting, long count, long sent) =>
        Assert.Null(BatchProgress.Of(Counts((waiting, count), (MessageStatus.Sent, sent)), Start.AddSeconds(10)).ExpectedEnd);

    [Fact]
    public void An_empty_batch_is_done() => Assert.Equal(1, BatchProgress.Of(Counts(), Start).Part);

    private static BatchCounts Counts(params (MessageStatus Status, long Count)[] counts) =>
        new(Guid.Empty, Start, counts.ToDictionary(c => c.Status, c => c.Count));
}
