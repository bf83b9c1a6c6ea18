using Carillon.Channels;
using Carillon.Providers;

namespace Carillon.Tests.Providers;

public sealed class ProviderMeterTests
{
    private static readonly Guid Id = new("0192aaaa-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ProviderMeter _meter = new();

    [Fact]
    public void Nothing_is_told_before_the_first_send() => Assert.Empty(_meter.Unwritten(Id, Begin));

    [Fact]
    public void The_running_quarter_hour_is_told_again_with_all_that_it_holds()
    {
        Note(SendOutcome.Accepted, 1);
        _meter.Written(_meter.Unwritten(Id, At(2)));
        Note(SendOutcome.Unknown, 3);

        var quarter = Assert.Single(_meter.Unwritten(Id, At(5)));

        Assert.Equal(new SendCounts(1, 0, 0, 0, 1), quarter.Sends);
        Assert.Equal((Begin, 4, 0, 2L), (quarter.Begin, quarter.Observed.TotalMinutes, quarter.Down.TotalMinutes, quarter.Times.Count));
    }

    [Fact]
    public void An_ended_quarter_hour_is_kept_until_it_is_written_in_full()
    {
        Note(SendOutcome.Accepted, 1);
        var early = _meter.Unwritten(Id, At(10));
        Note(SendOutcome.Rejected, 12);
        Note(SendOutcome.Accepted, 16);
        _meter.Written(early);

        var both = _meter.Unwritten(Id, At(17));
        Assert.Equal([(Begin, 2L, 14.0), (At(15), 1L, 2.0)], both.Select(q => (q.Begin, q.Sends.Total, q.Observed.TotalMinutes)));
        _meter.Written(both);
        Assert.Equal([At(15)], _meter.Unwritten(Id, At(18)).Select(q => q.Begin));
    }

    [Fact]
    public void A_quarter_hour_without_a_send_does_not_count_however_the_circuit_was()
    {
        Note(SendOutcome.Unavailable, 1);
        _meter.SetCircuit(isClosed: false);
        Assert.Single(_meter.Unwritten(Id, At(20)));
        Note(SendOutcome.Accepted, 100);
        _meter.SetCircuit(isClosed: true);

        var quarters = _meter.Unwritten(Id, At(101));

        Assert.Equal([Begin, At(90)], quarters.Select(q => q.Begin));
        Assert.Equal([(14.0, 14.0), (11.0, 10.0)], quarters.Select(q => (q.Observed.TotalMinutes, q.Down.TotalMinutes)));
    }

    [Fact]
    public void A_clock_that_steps_back_adds_no_time()
    {
        Note(SendOutcome.Accepted, 16);
        Note(SendOutcome.Accepted, 14);

        var quarter = Assert.Single(_meter.Unwritten(Id, At(17)));

        Assert.Equal((At(15), 2L, 1.0), (quarter.Begin, quarter.Sends.Total, quarter.Observed.TotalMinutes));
    }

    [Fact]
    public void A_histogram_reads_back_what_it_wrote()
    {
        var random = new Random(7);
        var histogram = new LatencyHistogram();
        for (var i = 0; i < 5000; i++) histogram.Add(TimeSpan.FromMilliseconds(Math.Exp(random.NextDouble() * 14) / 20));

        var bytes = histogram.ToBytes();
        var read = LatencyHistogram.FromBytes(bytes);

        Assert.Equal(5000, read.Count);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(histogram.Percentile(0.95), read.Percentile(0.95));
        Assert.Null(LatencyHistogram.FromBytes([]).Percentile(0.5));
        Assert.Throws<FormatException>(() => LatencyHistogram.FromBytes([64, 1]));
        Assert.Throws<FormatException>(() => LatencyHistogram.FromBytes([3, 0x80]));
        Assert.Throws<FormatException>(() => LatencyHistogram.FromBytes([3]));
    }

    [Fact]
    public void A_percentile_lies_within_an_eighth_of_the_truth()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 1000; i++) histogram.Add(TimeSpan.FromMilliseconds(i));

        foreach (var part in new[] { 0.5, 0.95, 0.99, 1 }) Assert.InRange(histogram.Percentile(part)!.Value / (1000 * part), 7.0 / 8, 9.0 / 8);
    }

    private void Note(SendOutcome outcome, double minute) => _meter.Note(outcome, TimeSpan.FromMilliseconds(5), At(minute));

    private static DateTimeOffset At(double minute) => Begin.AddMinutes(minute);
}
