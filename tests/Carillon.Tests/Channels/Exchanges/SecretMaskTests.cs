using System.Net;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Exchanges;

namespace Carillon.Tests.Channels.Exchanges;

public sealed class SecretMaskTests
{
    public static TheoryData<string> Secrets => ["hunter2secret", "a+b/c=d&e%f", "quote\"back\\slash", "año ñandú 密码", "key😀with😀pairs", "tab\tand <tag>'s", "SG.abc-DEF_123", "sk_live_0123456789abcdef"];

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_is_found_however_it_is_written(string secret)
    {
        var found = new EncodedSecret(secret);
        var bytes = Encoding.UTF8.GetBytes(secret);
        string[] forms =
        [
            secret,
            secret.ToUpperInvariant(),
            Uri.EscapeDataString(secret),
            Uri.EscapeDataString(secret).Replace("%20", "+", StringComparison.Ordinal),
            Uri.EscapeDataString(Uri.EscapeDataString(secret)),
            string.Concat(bytes.Select(b => $"%{b:x2}")),
            WebUtility.HtmlEncode(secret),
            JsonSerializer.Serialize(secret)[1..^1],
            JsonSerializer.Serialize(JsonSerializer.Serialize(secret)[1..^1])[1..^1],
            string.Concat(secret.Select(c => $"\\u{(int)c:x4}")),
            string.Concat(bytes.Select(b => $"={b:X2}")),
            string.Join("=\r\n", secret.Chunk(5).Select(c => new string(c))),
            Convert.ToHexString(bytes),
            Convert.ToHexStringLower(bytes),
            Convert.ToBase64String(bytes),
            Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + secret)),
            Convert.ToBase64String(Encoding.UTF8.GetBytes("a:" + secret + " and more")),
            Convert.ToBase64String(Encoding.UTF8.GetBytes("\0user\0" + secret)),
            Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('='),
            Uri.EscapeDataString(Convert.ToBase64String(bytes)),
            JsonSerializer.Serialize(Convert.ToBase64String(bytes))[1..^1],
        ];
        foreach (var form in forms)
        {
            var masked = found.RemoveFrom($"before {form} after", "***");
            Assert.StartsWith("before ***", masked, StringComparison.Ordinal);
            Assert.EndsWith(" after", masked, StringComparison.Ordinal);
            Assert.False(Leaks.Has(masked, secret), $"{form} became {masked}");
        }
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_in_base64_is_found_over_line_ends(string secret)
    {
        var folded = string.Join("\r\n", Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + secret)).Chunk(7).Select(c => new string(c)));
        Assert.True(Leaks.Has(folded, secret));
        Assert.False(Leaks.Has(new EncodedSecret(secret).RemoveFrom(folded, "***"), secret));
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public void What_a_text_that_breaks_off_has_of_a_secret_goes_too(string secret)
    {
        var masked = new EncodedSecret(secret).RemoveFrom("before " + secret[..6], "***");
        Assert.Equal("before ***", masked);
    }

    [Fact]
    public void Each_of_several_occurrences_goes_and_the_rest_stays_as_it_is()
    {
        var secret = new EncodedSecret("hunter2");
        Assert.Equal("***, 100% of ***! a+b=c \\ & ; ***", secret.RemoveFrom("hunter2, 100% of %68unter2! a+b=c \\ & ; HUNTER2", "***"));
        Assert.Equal("nothing of it: hunter1, %zz, \\u12, &#9999999999;", secret.RemoveFrom("nothing of it: hunter1, %zz, \\u12, &#9999999999;", "***"));
    }

    [Fact]
    public void What_a_name_calls_a_secret_is_one_whatever_it_is()
    {
        var mask = Mask("{}", null);
        Assert.Equal("https://x.example/send?to=1&api_key=***&Token=***", mask.ApplyToUrl("https://x.example/send?to=1&api_key=abc&Token=d%20e"));
        Assert.Equal("to=1&password=***&text=password", mask.ApplyToBody("to=1&password=abc&text=password"));
        Assert.Equal("""{"to":"1","apiKey": "***","a":{"access_token":***},"text":"key"}""", mask.ApplyToBody("""{"to":"1","apiKey": "a\"bc","a":{"access_token":12},"text":"key"}"""));
        Assert.Equal("<r><Password>***</Password><Id>1</Id></r>", mask.ApplyToBody("<r><Password>abc</Password><Id>1</Id></r>"));
        Assert.Equal(["Basic ***", "***", "***", "1", "prv"],
            [mask.ApplyToHeader("Authorization", "Basic YTpi"), mask.ApplyToHeader("authorization", "abc def"), mask.ApplyToHeader("Set-Cookie", "a=b"),
             mask.ApplyToHeader("Idempotency-Key", "1"), mask.ApplyToHeader("X-Message-Id", "prv")]);
    }

    [Fact]
    public void Secrets_among_the_settings_are_masked_and_what_the_settings_say_openly_is_not()
    {
        var mask = Mask(
            """{"api_url":"https://x.example/?appkey=s3cr3t%2Bone","default_params":{"password":"s3cr3t two"},"from_email":"hello@example.com"}""",
            """{"username":"hello@example.com","password":"hello"}""");

        Assert.Equal("*** *** ***@example.com", mask.Apply("s3cr3t+one s3cr3t%20two hello@example.com"));
        Assert.Equal("hello@example.com", Mask("""{"from_email":"hello@example.com"}""", """{"username":"hello@example.com","password":"12345"}""").Apply("hello@example.com"));
        Assert.Equal("***", Mask("{}", """{"username":"hello@example.com","password":"12345"}""").Apply("hello@example.com"));
    }

    private static SecretMask Mask(string settings, string? credentials) =>
        new(Sample.Provider("smtp", settings, credentials), """{"properties":{"username":{},"password":{"format":"password"}}}""");
}
