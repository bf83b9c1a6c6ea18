using System.Globalization;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Storage.Sqlite;

/// <summary>Searches that go through many buckets of <c>message_key</c>.</summary>
public sealed class SqliteSearchTests() : StorageTest(new SqliteFactory())
{
    private const int Count = 9_000;

    [Theory]
    [InlineData(null, null, Count)]
    [InlineData("a3@example.org", null, Count / 10)]
    [InlineData(null, "c7", Count / 10)]
    [InlineData("a3@example.org", "c3", Count / 10)]
    [InlineData("a3@example.org", "c7", 0)]
    [InlineData("rare@example.org", null, 1)]
    [InlineData("nobody@example.org", null, 0)]
    public async Task Pages_hold_every_message_once_newest_first(string? address, string? contact, int expected)
    {
        await AcceptAsync(MakeNotification(address: "rare@example.org"));
        await AcceptAsync(
        [
            .. Enumerable.Range(0, Count - 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 10}"))
                .Append("3").Append("7")
                .Select(i => MakeNotification(address: $"a{i}@example.org", contact: $"c{i}")),
        ]);

        var found = new List<StoredMessage>();
        var query = new MessageQuery { Tenant = Tenant, Address = address, ContactId = contact, Limit = 700 };
        do
        {
            var page = await Log.ListMessagesAsync(query, Cancellation);
            Assert.True(page.Items.Count <= query.Limit);
            found.AddRange(page.Items);
            query = query with { After = page.Next };
        }
        while (query.After is not null);

        Assert.InRange(found.Count, expected, expected + 2);
        Assert.Equal(found.Count, found.Select(m => m.Id).Distinct().Count());
        Assert.Equal(found.Select(m => m.Id).OrderDescending(), found.Select(m => m.Id));
        Assert.All(found, m => Assert.True(address is null || m.Address == address));
        Assert.All(found, m => Assert.True(contact is null || m.ContactId == contact));
    }

    [Fact]
    public async Task A_page_ends_after_so_many_rows_and_the_next_goes_on_from_there()
    {
        await AcceptAsync(MakeNotification(channel: Channel.Sms));
        await AcceptAsync([.. Enumerable.Range(0, LogSearch<StoredMessage>.MaxProbes + 500).Select(_ => MakeNotification())]);
        var query = new MessageQuery { Tenant = Tenant, Channel = Channel.Sms };

        var first = await Log.ListMessagesAsync(query, Cancellation);
        Assert.Empty(first.Items);
        var second = await Log.ListMessagesAsync(query with { After = Assert.NotNull(first.Next) }, Cancellation);

        Assert.Single(second.Items);
        Assert.Null(second.Next);
    }
}
