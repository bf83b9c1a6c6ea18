namespace Carillon.Server.Api;

/// <summary>What the parts of the API are for.</summary>
internal static class ApiTags
{
    public static string? Describe(string? tag) => tag switch
    {
        "Notifications" => "What is to be said to whom, alone and in batches, and the files that go with it.",
        "Messages" => "What became of it: one message for each channel and address.",
        "Templates" => "Texts with variables, by channel and language.",
        "Providers" => "The accounts at gateways that messages leave by, and the domains that mail is signed for.",
        "Administration" => "API keys, tenants and their limits.",
        "Operations" => "Whether the server is well.",
        _ => null,
    };
}
