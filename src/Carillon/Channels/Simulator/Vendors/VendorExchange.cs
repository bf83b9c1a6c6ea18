namespace Carillon.Channels.Simulator.Vendors;

/// <summary>A request to a simulated vendor's API.</summary>
/// <param name="Path">Below the API's own address, with its slash.</param>
/// <param name="Headers">By names in any case.</param>
public sealed record VendorRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Path and query as they were sent, the address of the API before them; null where that has no path.</summary>
    public string? Target { get; init; }

    internal string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}

/// <summary>What the vendor answers.</summary>
/// <param name="IsLost">The connection is to break without an answer: the message was taken all the same.</param>
public sealed record VendorReply(int Status, string ContentType, string Body, TimeSpan? RetryAfter = null, bool IsLost = false)
{
    /// <summary>A header of the vendor's own; null for none.</summary>
    public (string Name, string Value)? Header { get; init; }
}

/// <summary>A message that a simulated vendor took.</summary>
/// <param name="Id">The vendor's.</param>
/// <param name="Reference">Ours, where the vendor takes one.</param>
/// <param name="Reports">What was reported so far, and what came of it: <c>delivered: HTTP 200</c>.</param>
public sealed record VendorMessage(
    string Id, string From, string To, string Text, string? Reference, Uri? ReportTo, DateTimeOffset At, IReadOnlyList<string> Reports);

/// <summary>How a message fares after it was taken.</summary>
internal enum VendorStage : byte
{
    Sent,
    Delivered,

    /// <summary>There is no such subscriber.</summary>
    Undelivered,

    /// <summary>Who got it called it spam, after it was delivered.</summary>
    Complained,
}

/// <summary>What a request to send asks for.</summary>
/// <param name="To">With its plus.</param>
internal sealed record VendorOrder(string From, string To, string Text, string? Reference = null, string? ReportTo = null);

/// <summary>A callback of a vendor, signed.</summary>
internal sealed record VendorCallback(HttpMethod Method, Uri Url, string? ContentType = null, string Body = "", params (string Name, string Value)[] Headers);
