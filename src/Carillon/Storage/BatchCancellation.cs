namespace Carillon.Storage;

/// <summary>What became of the messages of a cancelled batch.</summary>
/// <param name="Cancelled">They will not be sent.</param>
/// <param name="InFlight">Too late to know; they are not tried again.</param>
/// <param name="Final">They had come to their end before.</param>
public sealed record BatchCancellation(long Cancelled, long InFlight, long Final)
{
    internal BatchCancellation With(IReadOnlyList<CancelledMessage> messages) => new(
        Cancelled + messages.Count(m => m.State == CancelState.Cancelled),
        InFlight + messages.Count(m => m.State == CancelState.InFlight),
        Final + messages.Count(m => m.State == CancelState.Final));
}
