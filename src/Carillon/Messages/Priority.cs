namespace Carillon.Messages;

/// <summary>How urgent a notification is. Stored; the numbers never change.</summary>
public enum Priority : byte
{
    Low = 0,
    Normal = 1,
    High = 2,

    /// <summary>Served before everything else, from a reserve that other work cannot take.</summary>
    Critical = 3,
}

public static class PriorityNames
{
    public static readonly WireNames<Priority> All = new(
        (Priority.Low, "low"), (Priority.Normal, "normal"), (Priority.High, "high"), (Priority.Critical, "critical"));

    public static string Name(this Priority priority) => All.NameOf(priority);
}

/// <summary>What to do when a gateway may or may not have taken a message (the line broke after the data went out).</summary>
public enum OnUnknown : byte
{
    /// <summary>Send again: the message arrives, perhaps twice.</summary>
    Resend = 0,

    /// <summary>Stop: the message arrives at most once, and ends as failed with reason <c>outcome_unknown</c>.</summary>
    Stop = 1,
}

public static class OnUnknownNames
{
    public static readonly WireNames<OnUnknown> All = new((OnUnknown.Resend, "resend"), (OnUnknown.Stop, "stop"));

    public static string Name(this OnUnknown value) => All.NameOf(value);
}
