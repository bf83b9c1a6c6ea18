namespace Carillon.Allowances;

/// <summary>Which windows of a provider had nothing left, messages and money apart. Guarded by its <see cref="Allowance"/>.</summary>
internal sealed class OverMarks
{
    private LimitEnd? _messages;
    private LimitEnd? _money;

    /// <summary>The end of the window that had nothing left last, whether it is over or not; null for never.</summary>
    public LimitEnd? Last { get; private set; }

    /// <summary>What the store says is used of the windows, in the place of what was known.</summary>
    public void Mark(IReadOnlyList<LimitWindow> windows, IReadOnlyList<long> used)
    {
        _messages = _money = null;
        for (var i = 0; i < windows.Count; i++)
        {
            var window = windows[i];
            if (used[i] < window.Limit) continue;
            var end = new LimitEnd(window.Kind, window.End);
            ref var over = ref window.IsMoney ? ref _money : ref _messages;
            // All of them must pass: the one that ends last is what is waited for.
            if (over is null || over.Value.Until < end.Until) over = end;
            if (end.Kind > LimitKind.Minute) NoteLast(end);
        }
    }

    public void NoteLast(LimitEnd end)
    {
        if (Last is null || Last.Value.Until < end.Until) Last = end;
    }

    public bool AnyAt(DateTimeOffset now) => At(now, hasMessages: false, hasMoney: false) is not null;

    /// <summary>Which window has nothing left of what is missing for a send; null when the store may have more.</summary>
    public LimitEnd? At(DateTimeOffset now, bool hasMessages, bool hasMoney)
    {
        var messages = !hasMessages && _messages is { } m && now < m.Until ? _messages : null;
        var money = hasMoney ? null : MoneyAt(now);
        if (messages is { } first && money is { } second) return first.Until >= second.Until ? first : second;
        return messages ?? money;
    }

    public LimitEnd? MoneyAt(DateTimeOffset now) => _money is { } over && now < over.Until ? _money : null;
}
