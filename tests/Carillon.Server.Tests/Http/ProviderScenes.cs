using System.Text.Json.Nodes;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

/// <summary>What the tests of providers share.</summary>
public abstract class ProviderScenes : EngineApiTests
{
    private protected ProvidersClient Providers => Api.Providers;

    /// <summary>A mail server on this machine, at which nothing listens.</summary>
    private protected static ProviderDraft Relay => new()
    {
        Name = "relay",
        Channel = KnownChannels.Email,
        Kind = "smtp",
        Settings = new JsonObject { ["host"] = "127.0.0.1", ["port"] = 9, ["security"] = "none", ["from_email"] = "a@example.net" },
        Credentials = new JsonObject { ["username"] = "hello@example.net", ["password"] = "a-long-secret-word" },
    };

    private protected static string Path(Provider provider) => "/v1/providers/" + provider.Id;

    /// <summary>A simulator of SMS.</summary>
    private protected Task<Provider> MakeAsync(string name) => Providers.CreateAsync(new ProviderDraft { Name = name, Channel = KnownChannels.Sms, Kind = "simulator" });
}
