using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Channels.Simulator;

public sealed class SimulatorOutboxTests
{
    private static readonly Provider Provider = Sample.Provider("simulator", "{}");

    [Fact]
    public void The_newest_come_first_and_the_oldest_go()
    {
        var outbox = new SimulatorOutbox { Capacity = 3 };
        for (var i = 1; i <= 5; i++) Add(outbox, Sample.Message(Provider, i));
        Assert.Equal([Sample.Id(5), Sample.Id(4), Sample.Id(3)], outbox.List(new TenantId(1), 10).Select(m => m.MessageId));
        Assert.Equal([Sample.Id(5)], outbox.List(new TenantId(1), 1).Select(m => m.MessageId));
        Assert.Equal(5, outbox.CountTaken(new TenantId(1)));
    }

    [Fact]
    public void A_tenant_sees_its_own_alone()
    {
        var outbox = new SimulatorOutbox();
        for (var i = 1; i <= 6; i++) Add(outbox, Sample.Message(Provider, i, tenant: i % 2));
        Assert.Equal([Sample.Id(5), Sample.Id(3), Sample.Id(1)], outbox.List(new TenantId(1), 10).Select(m => m.MessageId));
        Assert.Equal(3, outbox.CountTaken(new TenantId(0)));
        Assert.Empty(outbox.List(new TenantId(2), 10));
        Assert.Equal(0, outbox.CountTaken(new TenantId(2)));
    }

    [Fact]
    public void Long_parts_are_cut_between_characters()
    {
        var outbox = new SimulatorOutbox();
        // Two bytes each after one of one byte: the limit falls within a character.
        Add(outbox, Sample.Message(Provider, text: "x" + new string('é', 20_000), html: "short"));
        var kept = Assert.Single(outbox.List(new TenantId(1), 1));
        Assert.True(kept.Truncated);
        Assert.Equal("x" + new string('é', (SimulatorOutbox.MaxPartBytes - 1) / 2), kept.Text);
        Assert.Equal("short", kept.Html);
    }

    [Fact]
    public void All_messages_together_stay_within_their_memory()
    {
        var outbox = new SimulatorOutbox { Capacity = 100_000 };
        var long64 = new string('x', 64 * 1024);
        for (var i = 0; i < 2000; i++)
        {
            Add(outbox, Sample.Message(Provider, i, subject: long64, text: long64, html: long64));
            Assert.True(outbox.KeptBytes <= SimulatorOutbox.MaxBytes);
        }

        var kept = outbox.List(new TenantId(1), 100_000);
        Assert.Equal(SimulatorOutbox.MaxBytes / (3 * SimulatorOutbox.MaxPartBytes), kept.Count);
        Assert.Equal(Sample.Id(1999), kept[0].MessageId);
        Assert.Equal(2000, outbox.CountTaken(new TenantId(1)));
    }

    [Fact]
    public void Memory_of_long_messages_is_given_up_for_short_ones()
    {
        var outbox = new SimulatorOutbox { Capacity = 10 };
        for (var i = 0; i < 10; i++) Add(outbox, Sample.Message(Provider, i, text: new string('x', 16_000)));
        for (var i = 0; i < 10; i++) Add(outbox, Sample.Message(Provider, i, text: "short"));
        Assert.InRange(outbox.KeptBytes, 1, 10 * 1024);
    }

    [Fact]
    public void What_is_kept_is_a_copy_of_the_content()
    {
        var outbox = new SimulatorOutbox();
        var text = "Hello"u8.ToArray();
        var message = new GatewayMessage
        {
            Message = Sample.Message(Provider).Message,
            Provider = Provider,
            Attempt = 1,
            Content = new RenderedContent(default, text, default),
        };
        Add(outbox, message);
        text.AsSpan().Clear();
        Assert.Equal("Hello", Assert.Single(outbox.List(new TenantId(1), 1)).Text);
    }

    [Fact]
    public void Without_capacity_it_only_counts()
    {
        var outbox = new SimulatorOutbox { Capacity = 0 };
        Add(outbox, Sample.Message(Provider));
        Assert.Empty(outbox.List(new TenantId(1), 1));
        Assert.Equal(1, outbox.CountTaken(new TenantId(1)));
    }

    private static void Add(SimulatorOutbox outbox, GatewayMessage message) =>
        outbox.Add(message, SendOutcome.Accepted, "taken", "sim_1", Sample.Time);
}
