using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests.Values;

public sealed class JsonReaderTests
{
    [Theory]
    [InlineData("""{"a": 1, "b": [true, false, null], "a": 2}""", "{'a': 2, 'b': [True, False, None]}")]
    [InlineData("""[1, 1.0, -0, 1e3, 123456789012345678901234567890, 0.1]""", "[1, 1.0, 0, 1000.0, 123456789012345678901234567890, 0.1]")]
    [InlineData("""["\u00e9\n\"\\\/", "é", ""]""", """['é\n"\\/', 'é', '']""")]
    [InlineData(" {} ", "{}")]
    public void Documents_become_values(string json, string expected) => Assert.Equal(expected, Json(json).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("[1,]")]
    [InlineData("{\"a\"}")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData("\"a")]
    [InlineData("\"\t\"")]
    [InlineData("\"\\x\"")]
    [InlineData("tru")]
    [InlineData("1 2")]
    [InlineData("NaN")]
    public void What_is_not_JSON_is_refused(string json) => Assert.Throws<FormatException>(() => Json(json));

    [Fact]
    public void Nesting_is_bounded() => Assert.Throws<FormatException>(() => Json(new string('[', 100_000)));

    [Fact]
    public void Invalid_UTF8_is_refused() => Assert.Throws<FormatException>(() => JinjaValue.ParseJson(new byte[] { (byte)'"', 0xff, (byte)'"' }.AsSpan()));

    [Fact]
    public void A_part_of_a_buffer_is_read_without_a_copy()
    {
        var bytes = Encoding.UTF8.GetBytes("xx[\"a\"]xx");
        Assert.Equal("['a']", JinjaValue.ParseJson(bytes.AsMemory(2, 5)).ToString());
    }

    [Fact]
    public void Every_string_survives_the_way_through_JSON_and_out_again() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
        {
            var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
            var json = JsonSerializer.SerializeToUtf8Bytes(new { s = valid });
            return new JinjaEnvironment().FromString("{{ s }}").Render(JinjaValue.ParseJson(json.AsMemory())) == valid;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_dictionary_finds_each_of_many_keys()
    {
        var json = "{" + string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"k{i}\": {i}")) + "}";
        var value = Json(json);
        for (var i = 0; i < 500; i++) Assert.True(value.TryGetValue($"k{i}", out var item) && item.TryGetInteger(out var n) && n == i);
        Assert.False(value.TryGetValue("k500", out _));
    }
}
