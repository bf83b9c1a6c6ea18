namespace Carillon.Messages;

/// <summary>How far a step must have come for the plan to be satisfied.</summary>
public enum Until : byte
{
    Sent = 0,
    Delivered = 1,
    Read = 2,
    Confirmed = 3,
}

public static class UntilNames
{
    public static readonly WireNames<Until> All = new(
        (Until.Sent, "sent"), (Until.Delivered, "delivered"), (Until.Read, "read"), (Until.Confirmed, "confirmed"));
}

/// <summary>The steps of a notification: one with every channel for <c>all</c>, one per channel for <c>fallback</c>.</summary>
public sealed record Plan(IReadOnlyList<PlanStep> Steps)
{
    /// <summary>When the step's time is over and the next begins; null where it may take as long as it likes, or is the last.</summary>
    /// <param name="begun">When its messages were made, or were to be sent at the earliest.</param>
    public DateTimeOffset? DeadlineOf(int step, DateTimeOffset begun) =>
        step + 1 < Steps.Count && Steps[step].Wait is { } wait ? begun + wait : null;
}

/// <param name="Targets">The addresses that the step writes to, bound when the notification was accepted.</param>
/// <param name="Wait">How long the step may take to reach <paramref name="Until"/> before the next begins; null: only its failure begins the next.</param>
public sealed record PlanStep(IReadOnlyList<PlanTarget> Targets, TimeSpan? Wait = null, Until Until = Until.Sent);

public sealed record PlanTarget(Channel Channel, string Address);
