using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Providers;

public sealed class CredentialEchoTests
{
    private const string Secret = "s3cr3t/with+signs&more";

    private static string Conceal(string credentials, string answer) => CredentialEcho.Of(Make(credentials))!.Conceal(SendResult.Unavailable(answer)).Answer!;

    private static Provider Make(string? credentials) => new()
    {
        Tenant = new TenantId(1),
        Id = Guid.Empty,
        Name = "p",
        Channel = Channel.Sms,
        Kind = "http",
        Settings = JsonElement.Parse("{}"),
        Credentials = credentials is null ? null : JsonElement.Parse(credentials),
        CreatedAt = default,
        UpdatedAt = default,
    };

    [Theory]
    [InlineData("bad key s3cr3t/with+signs&more!", "bad key ***!")]
    [InlineData("BAD KEY S3CR3T/WITH+SIGNS&MORE!", "BAD KEY ***!")]
    [InlineData("?key=s3cr3t%2Fwith%2Bsigns%26more&x=1", "?key=***&x=1")]
    [InlineData("s3cr3t/with+signs&more s3cr3t/with+signs&more", "*** ***")]
    [InlineData("it was cut off: s3cr3t/with+si…", "it was cut off: ***…")]
    [InlineData("it was cut off: s3cr3t/with+si", "it was cut off: ***")]
    [InlineData("s3cr3t is not all of it", "s3cr3t is not all of it")]
    [InlineData("", "")]
    public void What_the_vendor_quotes_is_taken_out(string answer, string expected) =>
        Assert.Equal(expected, Conceal($$"""{"api_key":"{{Secret}}","short":"abc"}""", answer));

    [Fact]
    public void Any_base_64_with_it_gives_nothing_of_it_away()
    {
        for (var before = 0; before < 7; before++)
        {
            for (var after = 0; after < 7; after++)
            {
                var login = new string('u', before) + Secret + new string('p', after);
                var answer = Conceal($$"""{"a":["x",{"b":"{{Secret}}"}]}""", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))} is wrong");

                Assert.Contains("***", answer, StringComparison.Ordinal);
                for (var shift = 0; shift < 3; shift++)
                    Assert.DoesNotContain(Convert.ToBase64String([.. new byte[shift], .. Encoding.UTF8.GetBytes(Secret)])[4..^4], answer, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Whatever_stands_around_stays_as_it_is()
    {
        var random = new Random(7);
        for (var run = 0; run < 500; run++)
        {
            var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(random.Next(4, 20)));
            var parts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new string('.', random.Next(0, 9))).ToList();

            Assert.Equal(string.Join("***", parts), Conceal($$"""{"k":"{{secret}}"}""", string.Join(secret, parts)));
        }
    }

    [Fact]
    public void Without_credentials_there_is_nothing_to_take_out()
    {
        Assert.Null(CredentialEcho.Of(Make(null)));
        Assert.Null(CredentialEcho.Of(Make("""{"user":"ana","on":true}""")));
    }
}
