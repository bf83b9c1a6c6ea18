using Carillon.Messages;

namespace Carillon.Tests.Messages;

public sealed class IdentifierTests
{
    [Fact]
    public void Ids_strictly_increase_even_when_the_clock_steps_back()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var ids = new IdGenerator(time);
        var last = ids.Next();
        for (var i = 0; i < 20_000; i++)
        {
            if (i == 10_000) time.Advance(TimeSpan.FromHours(-1));
            var next = ids.Next();
            Assert.True(string.CompareOrdinal(next.ToString(), last.ToString()) > 0);
            last = next;
        }
    }

    [Fact]
    public void Ids_are_UUIDs_of_version_7()
    {
        var id = new IdGenerator(TimeProvider.System).Next();

        Assert.Equal(7, id.Version);
        Assert.InRange(id.Variant, 8, 11);
    }

    [Fact]
    public void A_public_id_reads_back_and_sorts_by_time()
    {
        var ids = new IdGenerator(TimeProvider.System);
        var (first, second) = (ids.Next(), ids.Next());
        var text = PublicId.Format(PublicId.Message, first);

        Assert.True(PublicId.TryParse(PublicId.Message, text, out var parsed));
        Assert.Equal(first, parsed);
        Assert.True(string.CompareOrdinal(text, PublicId.Format(PublicId.Message, second)) < 0);

        Span<byte> utf8 = stackalloc byte[30];
        Assert.Equal(30, PublicId.Write("msg_"u8, first, utf8));
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(utf8));
    }

    [Theory]
    [InlineData("msg_")]
    [InlineData("ntf_01890a5d-ac96-774b-bcce-b302099a8057")]
    [InlineData("msg_zzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("msg_0000000000000000000000000u")]
    [InlineData(null)]
    public void What_is_not_an_id_is_not_read_as_one(string? text) => Assert.False(PublicId.TryParse(PublicId.Message, text, out _));

    [Fact]
    public void A_lane_key_packs_and_unpacks_its_parts()
    {
        var key = new LaneKey(new TenantId(70_000), Channel.Webhook, Priority.Critical);

        Assert.Equal(70_000, key.Tenant.Value);
        Assert.Equal(Channel.Webhook, key.Channel);
        Assert.Equal(Priority.Critical, key.Priority);
    }
}
