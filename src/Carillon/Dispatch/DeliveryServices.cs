using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>What a <see cref="Delivery"/> works with, and whom it tells how it ended.</summary>
internal sealed class DeliveryServices
{
    public required TimeProvider Time { get; init; }

    public required CarillonOptions Options { get; init; }

    public required Renderer Renderer { get; init; }

    public required Router Router { get; init; }

    /// <summary>What held or holds the messages of a lane although they were due.</summary>
    public required Func<LaneKey, DateTimeOffset, LaneHold?> HoldOf { get; init; }

    public required Sender Sender { get; init; }

    public required PlanStepper Plans { get; init; }

    public required IDefectLog Defects { get; init; }

    /// <summary>The message has its outcome; the delivery may be used again.</summary>
    public required Action<Delivery, OutcomeWrite> Completed { get; init; }

    public required Action<ProviderRuntime, ProviderRoom> ProviderHasRoom { get; init; }
}

/// <summary>Where surprises are told: what should not happen, and was survived.</summary>
public interface IDefectLog
{
    void Report(string where, Exception exception);
}
