namespace Carillon.Allowances;

/// <summary>What was reserved durably of a provider's limits and is left. Guarded by its <see cref="Allowance"/>.</summary>
internal sealed class Portion(LimitWindow[] windows)
{
    /// <summary>What was reserved stands in these.</summary>
    public LimitWindow[] Windows { get; } = windows;

    public long Messages { get; set; }

    public long Money { get; set; }

    public bool Holds(DateTimeOffset now)
    {
        foreach (var window in Windows)
        {
            if (now < window.Start || now >= window.End) return false;
        }

        return true;
    }

    public bool IsOf(IReadOnlyList<LimitWindow> windows)
    {
        if (windows.Count != Windows.Length) return false;
        for (var i = 0; i < Windows.Length; i++)
        {
            if (windows[i].Start != Windows[i].Start) return false;
        }

        return true;
    }
}

/// <summary>What one send took from a portion. Empty where a provider has no limits.</summary>
internal readonly record struct Ticket(Portion? Portion, long Money);

internal enum AllowanceAnswer
{
    Taken,

    /// <summary>Nothing is left of the portion; the next one has been asked for.</summary>
    Asked,

    /// <summary>A window has nothing left.</summary>
    Over,
}

/// <summary>Which window of a provider has nothing left, and until when.</summary>
internal readonly record struct LimitEnd(LimitKind Kind, DateTimeOffset Until);
