namespace Carillon.Channels;

/// <summary>What was said between us and a gateway, with every secret as <c>***</c>.</summary>
/// <param name="Http">Each request with its answer, in the order in which they began.</param>
/// <param name="Smtp">The dialogue line by line.</param>
public sealed record GatewayExchange(IReadOnlyList<HttpExchange> Http, IReadOnlyList<DialogueLine> Smtp)
{
    /// <summary>Of a body no more than so many characters are shown, after masking.</summary>
    public const int MaxBody = 8192;

    /// <summary>Of a line of a dialogue, of a header, and of a URL.</summary>
    public const int MaxLine = 2048;

    /// <summary>Requests, and lines of a dialogue, beyond which nothing more is kept.</summary>
    public const int MaxEntries = 500;

    public static readonly GatewayExchange None = new([], []);
}

/// <summary>One request and what came of it.</summary>
public sealed record HttpExchange
{
    public required string Method { get; init; }

    public required string Url { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; }

    /// <summary>Null where there is none.</summary>
    public ExchangeBody? RequestBody { get; init; }

    /// <summary>Null while no answer came.</summary>
    public int? Status { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> ResponseHeaders { get; init; } = [];

    public ExchangeBody? ResponseBody { get; init; }

    /// <summary>Why there is no answer; null where there is one, and while it is awaited.</summary>
    public string? Failure { get; init; }

    /// <summary>From before the connection to the answer's last byte; null while it is awaited.</summary>
    public TimeSpan? Duration { get; init; }
}

/// <param name="Bytes">Of the whole body, as far as it was read: of an answer never more than 64 KiB are.</param>
/// <param name="IsCut">Whether there is more than is shown.</param>
public sealed record ExchangeBody(string Text, long Bytes, bool IsCut);

/// <summary>Who says a line of a dialogue.</summary>
public enum DialogueSide
{
    Client,
    Server,

    /// <summary>Nobody: what happened to the connection, or what was left out.</summary>
    Note,
}

public static class DialogueSideNames
{
    public static readonly Messages.WireNames<DialogueSide> All = new(
        (DialogueSide.Client, "client"), (DialogueSide.Server, "server"), (DialogueSide.Note, "note"));
}

/// <param name="At">Since the test began.</param>
public sealed record DialogueLine(TimeSpan At, DialogueSide Side, string Text);
