using System.Text;
using Carillon.Channels.Sms;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Tests.Channels.Sms;

public sealed class SmsTextTests
{
    /// <summary>What segments are cut from: alphabets mixed, pairs, clusters that are long, some longer than a segment.</summary>
    private static readonly string[] Pieces =
    [
        "a", "Hola ", "\n", "\r\n", "{", "€", "^", "é", "Δ", "ñ", "’", "日本", "👍🏽", "👩‍👩‍👧", "e\u0301", "क्षि", "🇲🇽", "ก็",
        new string('x', 150), new string('|', 75), new string('ж', 60), "e" + new string('\u0301', 200), string.Concat(Enumerable.Repeat("👩‍", 40)),
    ];

    private static Arbitrary<string> Texts => Gen.Elements(Pieces).ListOf().Select(pieces => string.Concat(pieces)).ToArbitrary();

    [Theory]
    [InlineData(160, 1, 160)]
    [InlineData(161, 2, 161)]
    [InlineData(306, 2, 306)]
    [InlineData(307, 3, 307)]
    public void Plain_text_takes_160_septets_alone_and_153_in_company(int length, int segments, int units) =>
        Assert.Equal(new SmsSize(SmsEncoding.Gsm7, segments, units), SmsText.Measure(new string('a', length)));

    [Theory]
    [InlineData(70, 1)]
    [InlineData(71, 2)]
    [InlineData(134, 2)]
    [InlineData(135, 3)]
    public void Other_text_takes_70_units_alone_and_67_in_company(int length, int segments) =>
        Assert.Equal(new SmsSize(SmsEncoding.Ucs2, segments, length), SmsText.Measure(new string('ж', length)));

    [Fact]
    public void A_character_of_the_extension_table_is_not_cut_from_its_escape()
    {
        // 152 septets and then a pair: the 153rd stays empty.
        var text = new string('a', 152) + "€" + new string('b', 20);

        Assert.Equal([new string('a', 152), "€" + new string('b', 20)], SmsText.Split(text));
    }

    [Fact]
    public void What_a_reader_sees_as_one_character_stays_in_one_segment() =>
        Assert.Equal([new string('x', 65), "👍🏽" + new string('x', 10)], SmsText.Split(new string('x', 65) + "👍🏽" + new string('x', 10)));

    [Fact]
    public void A_cluster_longer_than_a_segment_is_cut_between_code_points()
    {
        var segments = SmsText.Split(string.Concat(Enumerable.Repeat("👩‍", 40)));

        Assert.All(segments, s => Assert.False(char.IsLowSurrogate(s[0])));
        Assert.All(segments, s => Assert.InRange(s.Length, 1, 67));
    }

    [Fact]
    public void Segments_joined_are_the_text() =>
        Prop.ForAll(Texts, text => string.Concat(SmsText.Split(text)) == text).QuickCheckThrowOnFailure();

    [Fact]
    public void There_are_as_many_segments_as_were_counted() =>
        Prop.ForAll(Texts, text => SmsText.Split(text).Count == SmsText.Measure(text).Segments).QuickCheckThrowOnFailure();

    [Fact]
    public void No_segment_exceeds_140_octets_with_its_header() => Prop.ForAll(Texts, text =>
    {
        var segments = SmsText.Split(text);
        var header = segments.Count > 1 ? 6 : 0;
        return segments.All(segment => header + Octets(segment, SmsText.Measure(text).Encoding) <= 140);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_segment_ends_within_a_pair_of_surrogates() => Prop.ForAll(Texts, text =>
        SmsText.Split(text).All(segment => segment.Length == 0 || !char.IsHighSurrogate(segment[^1]))).QuickCheckThrowOnFailure();

    [Fact]
    public void UTF_8_is_measured_like_UTF_16() =>
        Prop.ForAll(Texts, text => SmsText.Measure(Encoding.UTF8.GetBytes(text)) == SmsText.Measure(text)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_and_any_characters_can_be_measured() => Prop.ForAll<byte[], string?>((bytes, text) =>
        SmsText.Measure(bytes).Segments >= 1 && SmsText.Measure(text ?? "").Segments >= 1 && string.Concat(SmsText.Split(text ?? "")) == (text ?? ""))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Measuring_allocates_nothing()
    {
        var texts = new[] { new string('a', 400), new string('ж', 300) + "👍🏽" };
        var bytes = texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var segments = Measure();

        var before = GC.GetAllocatedBytesForCurrentThread();
        segments += Measure();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(2 * 2 * (3 + 5), segments);
        Assert.Equal(0, allocated);

        int Measure()
        {
            var all = 0;
            foreach (var text in texts) all += SmsText.Measure(text).Segments;
            foreach (var text in bytes) all += SmsText.Measure(text).Segments;
            return all;
        }
    }

    [Theory]
    [InlineData("“Su cita” – mañana…", "\"Su cita\" - mañana...")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void Signs_of_typographers_become_plain_ones(string text, string expected) => Assert.Equal(expected, SmsText.Simplify(text));

    private static int Octets(string segment, SmsEncoding encoding) =>
        encoding == SmsEncoding.Ucs2 ? 2 * segment.Length : (7 * segment.Sum(GsmAlphabet.SeptetsOf) + 7) / 8;
}
