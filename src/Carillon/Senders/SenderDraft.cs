using Carillon.Dispatch;

namespace Carillon.Senders;

/// <summary>A sender as a caller gives it, before it was checked. Field names in faults are those of the HTTP API.</summary>
/// <remarks>No record: one would print its private key.</remarks>
public sealed class SenderDraft
{
    public const string DefaultSelector = "carillon";

    /// <summary>In any script; kept in its ASCII form.</summary>
    public required string Domain { get; init; }

    public string Selector { get; init; } = DefaultSelector;

    /// <summary>RSA of 1,024 to 4,096 bits in PEM, PKCS#1 or PKCS#8. Null: a pair of 2,048 bits is made.</summary>
    public string? PrivateKey { get; init; }
}

/// <summary>What became of a draft.</summary>
public abstract record SenderCreation
{
    private SenderCreation()
    {
    }

    public sealed record Created(SenderDomain Sender) : SenderCreation;

    /// <summary>Every fault of the draft.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : SenderCreation;
}
