namespace Carillon.Client;

/// <summary>What was said between Carillon and a gateway; every secret of the provider stands there as <c>***</c>.</summary>
public sealed record ProviderExchange
{
    /// <summary>Requests with their answers, for gateways that speak HTTP.</summary>
    public IReadOnlyList<HttpExchange> Http { get => field ?? []; init; }

    /// <summary>The dialogue, for gateways that speak SMTP.</summary>
    public IReadOnlyList<DialogueLine> Smtp { get => field ?? []; init; }
}

/// <summary>One request and what came of it.</summary>
public sealed record HttpExchange
{
    public required ExchangedRequest Request { get; init; }

    /// <summary>Null when none came.</summary>
    public ExchangedResponse? Response { get; init; }

    /// <summary>Why none came.</summary>
    public string? Failure { get; init; }

    /// <summary>Null while the answer was still awaited.</summary>
    public double? DurationMs { get; init; }
}

/// <summary>A request as it was sent.</summary>
public sealed record ExchangedRequest
{
    public required string Method { get; init; }

    public required string Url { get; init; }

    public IReadOnlyList<ExchangedHeader> Headers { get => field ?? []; init; }

    public string? Body { get; init; }

    /// <summary>Of the whole body.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether the body goes on.</summary>
    public bool IsCut { get; init; }
}

/// <summary>A response as it came.</summary>
public sealed record ExchangedResponse
{
    public int Status { get; init; }

    public IReadOnlyList<ExchangedHeader> Headers { get => field ?? []; init; }

    public string? Body { get; init; }

    /// <summary>Of the body, as far as it was read.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether the body goes on.</summary>
    public bool IsCut { get; init; }
}

public sealed record ExchangedHeader(string Name, string Value);

/// <param name="AtMs">Since the test began.</param>
/// <param name="Side"><c>client</c>, <c>server</c>, or <c>note</c> for what happened to the connection.</param>
public sealed record DialogueLine(double AtMs, string Side, string Text);
