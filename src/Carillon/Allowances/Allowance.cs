using Carillon.Channels;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Allowances;

/// <summary>
/// What a provider may still send on this node, within its limits and its budget. It gives from a portion that was reserved durably before,
/// and asks for the next one ahead of time. Thread-safe; nothing here waits for the store.
/// </summary>
/// <remarks>
/// Portions are about what is sent in a second: small ones, for what a crash leaves of one counts as sent. With a limit of 1,000 a day no
/// more than 125 are out at once.
/// </remarks>
internal sealed class Allowance
{
    private const int FirstSize = 8;
    private const int LargestSize = 10_000;
    private static readonly TimeSpan Brisk = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly LimitCalendar _calendar;
    private readonly ProviderPolicy _policy;
    private readonly Action<Allowance> _ask;
    private readonly Dictionary<(LimitKind Kind, DateTimeOffset Start), (long Amount, DateTimeOffset End)> _corrections = [];
    private readonly bool _hasBudget;
    private readonly long _unitCost;

    private Portion? _portion;
    private LimitEnd? _messagesOver;
    private LimitEnd? _moneyOver;
    private LimitEnd? _lastOver;
    private TaskCompletionSource? _answer;
    private DateTimeOffset _grantedAt;
    private DateTimeOffset _takenAt;
    private DateTimeOffset _askedAt;
    private long _size = FirstSize;
    private long _moneyWanted;
    private long _highestCost;
    private bool _isAsking;
    private bool _isClosed;

    private Allowance(Guid provider, ProviderPolicy policy, LimitCalendar calendar, Action<Allowance> ask)
    {
        ProviderId = provider;
        _policy = policy;
        _calendar = calendar;
        _ask = ask;
        _hasBudget = policy.Budget is not null;
        _unitCost = policy.Cost is { } cost ? Money.ToMicro(cost.Amount) : 0;
    }

    public Guid ProviderId { get; }

    /// <summary>The end of the window that had nothing left last, whether it is over or not; null for never.</summary>
    public DateTimeOffset? LastOver
    {
        get
        {
            lock (_lock) return _lastOver?.Until;
        }
    }

    /// <summary>Null where the policy bounds nothing.</summary>
    /// <param name="ask">Called when a portion is wanted, under its lock: it must not call back.</param>
    public static Allowance? Of(Guid provider, ProviderPolicy policy, Action<Allowance> ask)
    {
        if (policy.Limits is null && policy.Budget is null) return null;
        var calendar = new LimitCalendar(policy);
        return calendar.IsEmpty ? null : new Allowance(provider, policy, calendar, ask);
    }

    /// <summary>What is taken for one message before it is sent, at the least.</summary>
    public AllowanceAnswer TryTake(DateTimeOffset now, out Ticket ticket, out LimitEnd end)
    {
        lock (_lock) return TakeLocked(now, CostOf(1), out ticket, out end);
    }

    /// <summary>What <see cref="TryTake"/> would answer; nothing is taken or asked for.</summary>
    public AllowanceAnswer Standing(DateTimeOffset now, out LimitEnd end)
    {
        lock (_lock)
        {
            end = default;
            if (_portion is { } portion && portion.Holds(now) && Suffices(portion, CostOf(1))) return AllowanceAnswer.Taken;
            if (OverAt(now) is not { } over) return AllowanceAnswer.Asked;
            end = over;
            return AllowanceAnswer.Over;
        }
    }

    /// <summary>
    /// Just before the send: takes what its parts cost beyond what was taken, and takes anew what was taken in a window that has ended meanwhile.
    /// The ticket is empty where it is not <see cref="AllowanceAnswer.Taken"/> and had ended.
    /// </summary>
    public AllowanceAnswer TrySecure(DateTimeOffset now, int units, ref Ticket ticket, out LimitEnd end)
    {
        lock (_lock)
        {
            end = default;
            var cost = CostOf(units);
            if (ticket.Portion is null || !ticket.Portion.Holds(now))
            {
                GiveBackLocked(ticket, now);
                return TakeLocked(now, cost, out ticket, out end);
            }

            var missing = cost - ticket.Money;
            if (!_hasBudget || missing <= 0) return AllowanceAnswer.Taken;
            Turn(now);
            if (_portion is { } portion && portion.Money >= missing && portion.IsOf(ticket.Portion.Windows))
            {
                portion.Money -= missing;
                ticket = ticket with { Money = cost };
                return AllowanceAnswer.Taken;
            }

            if (_moneyOver is { } over && now < over.Until)
            {
                end = over;
                return AllowanceAnswer.Over;
            }

            _moneyWanted = Math.Max(_moneyWanted, missing);
            Ask(now);
            return AllowanceAnswer.Asked;
        }
    }

    /// <summary>Nothing was sent with it.</summary>
    public void GiveBack(Ticket ticket, DateTimeOffset now)
    {
        lock (_lock) GiveBackLocked(ticket, now);
    }

    /// <summary>
    /// A send has ended. Whatever the gateway answered counts as a message, and so does what nobody knows; what was throttled or certainly not taken counts for
    /// seconds and minutes alone, which are about requests. Money is what the gateway says, or was estimated.
    /// </summary>
    public void Settle(Ticket ticket, SendResult result, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (ticket.Portion is not { } portion) return;
            if (result.Outcome == SendOutcome.Unavailable || result.IsForAll) Uncount(portion, now);
            if (!_hasBudget) return;
            var spent = result.Outcome switch
            {
                SendOutcome.Accepted when result.Cost is { } told && (result.Currency ?? _policy.Budget!.Currency) == _policy.Budget!.Currency => Money.ToMicro(Math.Abs(told)),
                SendOutcome.Accepted or SendOutcome.Unknown => ticket.Money,
                _ => 0,
            };
            if (result.Outcome == SendOutcome.Accepted) _highestCost = Math.Max(_highestCost, spent);
            CorrectMoney(portion, spent - ticket.Money, now);
        }
    }

    /// <summary>What the parts of a message are thought to cost, for want of a word of the gateway; null when nothing is known.</summary>
    public static decimal? CostOf(ProviderPolicy policy, int units) =>
        policy.Cost is { } cost ? cost.Amount * (cost.Per == CostUnit.Segment ? Math.Max(1, units) : 1) : null;

    /// <summary>Ends when the portion that was asked for has come, or could not be had.</summary>
    public Task AnsweredAsync()
    {
        lock (_lock)
        {
            return _isAsking ? (_answer ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>What was exhausted before this node started: messages that waited for it have not grown old by that.</summary>
    public void Restore(IEnumerable<LimitUse> uses, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var window in _calendar.At(now))
            {
                foreach (var use in uses.Where(u => u.Kind == window.Kind && u.Used >= window.Limit))
                    NoteOver(new LimitEnd(use.Kind, _calendar.EndOf(use.Kind, use.Start)));
            }
        }
    }

    /// <summary>The windows of now, with what is used of each by what the store says, less what this node holds and has not sent.</summary>
    public IReadOnlyList<(LimitWindow Window, long Used)> Usage(IReadOnlyList<LimitUse> stored, DateTimeOffset now)
    {
        lock (_lock)
        {
            return
            [
                .. _calendar.At(now).Select(window =>
                {
                    var used = stored.Where(u => u.ProviderId == ProviderId && u.Kind == window.Kind && u.Start == window.Start).Sum(u => u.Used);
                    if (_portion is { } portion && portion.Windows.Any(w => w.Kind == window.Kind && w.Start == window.Start))
                        used -= window.IsMoney ? portion.Money : portion.Messages;
                    if (_corrections.TryGetValue((window.Kind, window.Start), out var correction)) used += correction.Amount;
                    return (window, Math.Max(0, used));
                }),
            ];
        }
    }

    /// <summary>Made by whoever keeps the portions, just before the store is asked.</summary>
    public LimitRequest MakeRequest(DateTimeOffset now)
    {
        lock (_lock)
        {
            Turn(now);
            var windows = _calendar.At(now);
            var wants = _isAsking && !_isClosed;
            var size = wants ? SizeAt(windows, now) : 0;
            var request = new LimitRequest
            {
                ProviderId = ProviderId,
                Windows = windows,
                Messages = size,
                Money = wants && _hasBudget ? Math.Max(Math.Max(1, _moneyWanted), Money.Times(CostOf(1), size)) : 0,
                Corrections = [.. _corrections.Where(c => c.Value.Amount != 0 && (c.Value.Amount > 0 || c.Value.End > now))
                    .Select(c => new LimitCorrection(c.Key.Kind, c.Key.Start, c.Value.Amount))],
            };
            _corrections.Clear();
            _moneyWanted = 0;
            return request;
        }
    }

    /// <returns>Whether there is something to send with again after there had been nothing.</returns>
    public bool Granted(LimitRequest request, LimitGrant grant, DateTimeOffset now)
    {
        lock (_lock)
        {
            var wasOver = OverAt(now) is not null;
            _messagesOver = _moneyOver = null;
            for (var i = 0; i < request.Windows.Count; i++)
            {
                var window = request.Windows[i];
                if (grant.Used[i] < window.Limit) continue;
                var end = new LimitEnd(window.Kind, window.End);
                ref var over = ref window.IsMoney ? ref _moneyOver : ref _messagesOver;
                // All of them must pass: the one that ends last is what is waited for.
                if (over is null || over.Value.Until < end.Until) over = end;
                if (end.Kind > LimitKind.Minute) NoteOver(end);
            }

            var granted = new Portion([.. request.Windows]) { Messages = grant.Messages, Money = grant.Money };
            if (_isClosed || !granted.Holds(now)) PutBack(granted, now);
            else if (_portion is { } portion && portion.IsOf(request.Windows)) (portion.Messages, portion.Money) = (portion.Messages + grant.Messages, portion.Money + grant.Money);
            else
            {
                if (_portion is { } old) PutBack(old, now);
                _portion = granted;
            }

            if (request.Messages > 0)
            {
                _grantedAt = now;
                Answer();
            }

            return wasOver && _portion is { } had && Suffices(had, CostOf(1));
        }
    }

    /// <summary>
    /// The store did not answer. What was to be given back may have been, or not: it counts as sent. What was spent beyond is told again.
    /// </summary>
    public void Failed(LimitRequest request)
    {
        lock (_lock)
        {
            foreach (var correction in request.Corrections.Where(c => c.Amount > 0))
                Correct(correction.Kind, correction.Start, DateTimeOffset.MaxValue, correction.Amount);
            if (request.Messages > 0) Answer();
        }
    }

    /// <summary>
    /// Now and then: what lies idle is handed back, and where a window had nothing left it is looked whether others gave back.
    /// True when it has something to say to the store.
    /// </summary>
    public bool Tend(DateTimeOffset now)
    {
        lock (_lock)
        {
            Turn(now);
            if (_portion is { } idle && now - _takenAt > Slow && now - _grantedAt > Slow)
            {
                PutBack(idle, now);
                _portion = null;
            }

            if (OverAt(now) is not null && (_corrections.Count > 0 || now - _askedAt >= LookAgain)) Ask(now);
            return !_isAsking && _corrections.Count > 0;
        }
    }

    /// <summary>There is something to send with although a window had nothing left: it was given back.</summary>
    public bool HasReturned(DateTimeOffset now)
    {
        lock (_lock) return OverAt(now) is not null && _portion is { } portion && portion.Holds(now) && Suffices(portion, CostOf(1));
    }

    /// <summary>Its provider is gone, or the node stops: nothing is given out any more, what is left goes back.</summary>
    public void Close(DateTimeOffset now)
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_portion is { } rest) PutBack(rest, now);
            _portion = null;
            Answer();
        }
    }

    private AllowanceAnswer TakeLocked(DateTimeOffset now, long cost, out Ticket ticket, out LimitEnd end)
    {
        (ticket, end) = (default, default);
        Turn(now);
        if (_portion is { } portion && Suffices(portion, cost))
        {
            portion.Messages--;
            if (_hasBudget) portion.Money -= cost;
            _takenAt = now;
            ticket = new Ticket(portion, _hasBudget ? cost : 0);
            // Ahead of time, so that nobody waits for the store while it goes on like this.
            if (portion.Messages <= _size / 2 || (_hasBudget && portion.Money < Money.Times(cost, _size) / 2)) AskAhead(now);
            return AllowanceAnswer.Taken;
        }

        if (OverAt(now, cost) is { } over)
        {
            end = over;
            return AllowanceAnswer.Over;
        }

        if (_hasBudget) _moneyWanted = Math.Max(_moneyWanted, cost);
        Ask(now);
        return AllowanceAnswer.Asked;
    }

    private bool Suffices(Portion portion, long cost) => portion.Messages > 0 && HasMoney(portion, cost);

    // Without an estimate the budget is over only when nothing at all is left of it.
    private bool HasMoney(Portion portion, long cost) => !_hasBudget || portion.Money >= Math.Max(1, cost);

    /// <summary>Which window has nothing left of what is missing for a send; null when the store may have more.</summary>
    private LimitEnd? OverAt(DateTimeOffset now, long cost)
    {
        var portion = _portion is { } held && held.Holds(now) ? held : null;
        var messages = portion is not { Messages: > 0 } && _messagesOver is { } m && now < m.Until ? _messagesOver : null;
        var money = (portion is null || !HasMoney(portion, cost)) && _moneyOver is { } b && now < b.Until ? _moneyOver : null;
        if (messages is { } first && money is { } second) return first.Until >= second.Until ? first : second;
        return messages ?? money;
    }

    private LimitEnd? OverAt(DateTimeOffset now) => OverAt(now, CostOf(1));

    private long CostOf(int units)
    {
        if (!_hasBudget) return 0;
        if (_policy.Cost is not { } cost) return _highestCost;
        return cost.Per == CostUnit.Segment ? Money.Times(_unitCost, Math.Max(1, units)) : _unitCost;
    }

    private long SizeAt(LimitWindow[] windows, DateTimeOffset now)
    {
        var age = now - _grantedAt;
        if (_grantedAt != default) _size = age < Brisk ? Math.Min(LargestSize, _size * 2) : age > Slow ? Math.Max(FirstSize, _size / 4) : _size;
        foreach (var window in windows)
        {
            var most = window.IsMoney ? (CostOf(1) is > 0 and var cost ? window.Limit / 8 / cost : long.MaxValue)
                // Not a whole second at once: other nodes have urgent messages too.
                : window.Kind == LimitKind.Second ? window.Limit / 4 : window.Limit / 8;
            _size = Math.Clamp(_size, 1, Math.Max(1, most));
        }

        return _size;
    }

    private void AskAhead(DateTimeOffset now)
    {
        if ((_messagesOver is { } m && now < m.Until) || (_moneyOver is { } b && now < b.Until)) return;
        Ask(now);
    }

    private void Ask(DateTimeOffset now)
    {
        if (_isAsking || _isClosed) return;
        _isAsking = true;
        _askedAt = now;
        _ask(this);
    }

    private void Answer()
    {
        _isAsking = false;
        _answer?.SetResult();
        _answer = null;
    }

    private void Turn(DateTimeOffset now)
    {
        if (_portion is not { } portion || portion.Holds(now)) return;
        PutBack(portion, now);
        _portion = null;
    }

    private void GiveBackLocked(Ticket ticket, DateTimeOffset now)
    {
        if (ticket.Portion is not { } from) return;
        if (_portion is { } portion && !_isClosed && portion.IsOf(from.Windows))
        {
            portion.Messages++;
            portion.Money += ticket.Money;
            return;
        }

        PutBack(new Portion(from.Windows) { Messages = 1, Money = ticket.Money }, now);
    }

    private void Uncount(Portion from, DateTimeOffset now)
    {
        var longOnly = Array.TrueForAll(from.Windows, w => w.Kind > LimitKind.Minute);
        if (longOnly && _portion is { } portion && portion.IsOf(from.Windows))
        {
            portion.Messages++;
            return;
        }

        foreach (var window in from.Windows)
        {
            if (!window.IsMoney && window.Kind > LimitKind.Minute && window.End > now) Correct(window.Kind, window.Start, window.End, -1);
        }
    }

    private void CorrectMoney(Portion from, long more, DateTimeOffset now)
    {
        if (more == 0) return;
        if (_portion is { } portion && portion.IsOf(from.Windows) && portion.Money >= more)
        {
            portion.Money -= more;
            return;
        }

        foreach (var window in from.Windows)
        {
            if (window.IsMoney && (more > 0 || window.End > now)) Correct(window.Kind, window.Start, window.End, more);
        }
    }

    private void PutBack(Portion portion, DateTimeOffset now)
    {
        foreach (var window in portion.Windows)
        {
            var amount = window.IsMoney ? portion.Money : portion.Messages;
            if (amount > 0 && window.End > now) Correct(window.Kind, window.Start, window.End, -amount);
        }
    }

    private void Correct(LimitKind kind, DateTimeOffset start, DateTimeOffset end, long amount)
    {
        _corrections.TryGetValue((kind, start), out var before);
        _corrections[(kind, start)] = (before.Amount + amount, end);
    }

    private void NoteOver(LimitEnd end)
    {
        if (_lastOver is null || _lastOver.Value.Until < end.Until) _lastOver = end;
    }
}
