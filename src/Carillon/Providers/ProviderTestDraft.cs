using Carillon.Channels;
using Carillon.Dispatch;

namespace Carillon.Providers;

/// <summary>Where a test message is to go.</summary>
public sealed record ProviderTestDraft
{
    public required string To { get; init; }

    /// <summary>Null for the provider's own sender.</summary>
    public string? From { get; init; }
}

/// <summary>What became of a test.</summary>
public abstract record ProviderTest
{
    private ProviderTest()
    {
    }

    /// <param name="Result">What the gateway answered, without the provider's credentials.</param>
    /// <param name="Advice">What to look at where it failed in a usual way; empty where nothing is known.</param>
    public sealed record Ran(Provider Provider, SendResult Result, TimeSpan Duration, IReadOnlyList<string> Advice) : ProviderTest
    {
        /// <summary>What was said, without the provider's secrets; empty for gateways that speak to nobody.</summary>
        public GatewayExchange Exchange { get; init; } = GatewayExchange.None;
    }

    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : ProviderTest;

    public sealed record NotFound : ProviderTest;
}
