using Carillon.Channels.Http;

namespace Carillon.Tests.Channels.Http;

public sealed class JsonPathTests
{
    private const string Json = """{"a":{"b.c":[1,{"d":"x"}],"":true,"~/":1.50},"n":null,"half":"\ud800"}""";

    [Theory]
    [InlineData("/a/b.c/0", "1")]
    [InlineData("/a/b.c/1/d", "x")]
    [InlineData("/a/", "true")]
    [InlineData("/a/~0~1", "1.50")]
    [InlineData("a.~/", "1.50")]
    [InlineData("a", null)]
    [InlineData("n", null)]
    [InlineData("half", null)]
    [InlineData("a.b.c", null)]
    [InlineData("/a/b.c/2", null)]
    [InlineData("/a/b.c/-1", null)]
    [InlineData("/a/b.c/99999999999", null)]
    public void A_path_leads_to_a_plain_value_or_to_nothing(string path, string? value) =>
        Assert.Equal(value, Assert.IsType<JsonPath>(JsonPath.TryParse(path)).Find(Sample.Json(Json)));

    [Theory]
    [InlineData("")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1")]
    public void What_is_no_path_is_not_read(string path) => Assert.Null(JsonPath.TryParse(path));
}
