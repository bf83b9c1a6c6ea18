using System.Text.Json;
using System.Text.Json.Nodes;
using Carillon.Security;

namespace Carillon.Tests.Security;

public sealed class CredentialMaskTests
{
    [Theory]
    [InlineData("", "***")]
    [InlineData("hunter2", "***")]
    [InlineData("fifteen-letters", "***")]
    [InlineData("sixteen--letters", "***ters")]
    public void Only_long_credentials_show_their_end(string credential, string shown) => Assert.Equal(shown, CredentialMask.Mask(credential));

    [Fact]
    public void Names_stay_and_values_go_at_every_depth()
    {
        var masked = CredentialMask.Mask(JsonSerializer.Deserialize<JsonElement>(
            """{"username":"ana","key":{"id":7,"pem":["-----BEGIN PRIVATE KEY-----"]},"none":null,"flag":true}"""));
        var expected = JsonNode.Parse("""{"username":"***","key":{"id":"***","pem":["***----"]},"none":null,"flag":"***"}""");
        Assert.True(JsonNode.DeepEquals(expected, masked), masked?.ToJsonString());
    }
}
