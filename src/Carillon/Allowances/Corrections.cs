using Carillon.Storage;

namespace Carillon.Allowances;

/// <summary>
/// What the store does not know yet of a provider's windows: what was reserved and goes back, and what was spent beyond it. Guarded by its
/// <see cref="Allowance"/>.
/// </summary>
internal sealed class Corrections
{
    private readonly Dictionary<(LimitKind Kind, DateTimeOffset Start), (long Amount, DateTimeOffset End)> _amounts = [];

    public bool Any => _amounts.Count > 0;

    public long Of(LimitWindow window) => _amounts.GetValueOrDefault((window.Kind, window.Start)).Amount;

    /// <summary>A portion, or what is left of it, was not sent: it goes back as far as its windows last.</summary>
    public void GiveBack(Portion portion, DateTimeOffset now)
    {
        foreach (var window in portion.Windows)
        {
            var amount = window.IsMoney ? portion.Money : portion.Messages;
            if (amount > 0 && window.End > now) Add(window, -amount);
        }
    }

    /// <summary>A request that was no message: hours, days and months do not count it.</summary>
    public void Uncount(Portion from, DateTimeOffset now)
    {
        foreach (var window in from.Windows)
        {
            if (!window.IsMoney && window.Kind > LimitKind.Minute && window.End > now) Add(window, -1);
        }
    }

    /// <param name="more">Less than was taken when it is negative. What was spent beyond counts also when its window has ended.</param>
    public void Spend(Portion from, long more, DateTimeOffset now)
    {
        foreach (var window in from.Windows)
        {
            if (window.IsMoney && (more > 0 || window.End > now)) Add(window, more);
        }
    }

    /// <summary>What the store is to be told, once.</summary>
    public LimitCorrection[] Take(DateTimeOffset now)
    {
        LimitCorrection[] taken =
        [
            .. _amounts.Where(c => c.Value.Amount != 0 && (c.Value.Amount > 0 || c.Value.End > now))
                .Select(c => new LimitCorrection(c.Key.Kind, c.Key.Start, c.Value.Amount)),
        ];
        _amounts.Clear();
        return taken;
    }

    /// <summary>The store did not answer. What was to be given back may have been, or not: it counts as sent. What was spent beyond is told again.</summary>
    public void Restore(IEnumerable<LimitCorrection> taken)
    {
        foreach (var correction in taken.Where(c => c.Amount > 0)) Add(correction.Kind, correction.Start, DateTimeOffset.MaxValue, correction.Amount);
    }

    private void Add(LimitWindow window, long amount) => Add(window.Kind, window.Start, window.End, amount);

    private void Add(LimitKind kind, DateTimeOffset start, DateTimeOffset end, long amount)
    {
        _amounts.TryGetValue((kind, start), out var before);
        _amounts[(kind, start)] = (before.Amount + amount, end);
    }
}
