using Carillon.Channels;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Allowances;

/// <summary>
/// What a provider may still send on this node, within its limits and its budget. It gives from a portion that was reserved durably before,
/// and asks for the next one ahead of time. Thread-safe; nothing here waits for the store.
/// </summary>
internal sealed class Allowance
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly LimitCalendar _calendar;
    private readonly Action<Allowance> _ask;
    private readonly Corrections _corrections = new();
    private readonly OverMarks _over = new();
    private readonly PortionSize _size = new();
    private readonly BudgetEstimate _estimate;

    private Portion? _portion;
    private TaskCompletionSource? _answer;
    private DateTimeOffset _takenAt;
    private DateTimeOffset _askedAt;
    private long _moneyWanted;

    /// <summary>The least that was refused, and waits perhaps for something to be had again; the most that there is for nothing.</summary>
    private long _refused = long.MaxValue;
    private bool _isAsking;
    private bool _isClosed;

    private Allowance(Guid provider, ProviderPolicy policy, LimitCalendar calendar, Action<Allowance> ask)
    {
        ProviderId = provider;
        _calendar = calendar;
        _ask = ask;
        _estimate = new BudgetEstimate(policy);
    }

    public Guid ProviderId { get; }

    /// <summary>The end of the window that had nothing left last, whether it is over or not; null for never.</summary>
    public DateTimeOffset? LastOver
    {
        get
        {
            lock (_lock) return _over.Last?.Until;
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
    /// <param name="price">Of the message; null when nobody knows.</param>
    public AllowanceAnswer TryTake(DateTimeOffset now, Price? price, out Ticket ticket, out LimitEnd end)
    {
        lock (_lock)
        {
            var cost = _estimate.Of(price, 1);
            _estimate.Want(cost);
            return TakeLocked(now, cost, out ticket, out end);
        }
    }

    /// <summary>What <see cref="TryTake"/> would answer; nothing is taken or asked for.</summary>
    public AllowanceAnswer Standing(DateTimeOffset now, Price? price, out LimitEnd end)
    {
        lock (_lock)
        {
            end = default;
            var cost = _estimate.Of(price, 1);
            if (_portion is { } portion && portion.Holds(now) && Suffices(portion, cost)) return AllowanceAnswer.Taken;
            if (OverAt(now, cost) is not { } over) return AllowanceAnswer.Asked;
            end = over;
            return AllowanceAnswer.Over;
        }
    }

    /// <summary>
    /// Just before the send: takes what its parts cost beyond what was taken, and takes anew what was taken in a window that has ended meanwhile.
    /// The ticket is empty where it is not <see cref="AllowanceAnswer.Taken"/> and had ended.
    /// </summary>
    public AllowanceAnswer TrySecure(DateTimeOffset now, Price? price, int segments, ref Ticket ticket, out LimitEnd end)
    {
        lock (_lock)
        {
            end = default;
            var cost = _estimate.Of(price, segments);
            if (ticket.Portion is null || !ticket.Portion.Holds(now))
            {
                GiveBackLocked(ticket, now);
                return TakeLocked(now, cost, out ticket, out end);
            }

            var missing = cost - ticket.Money;
            if (!_estimate.HasBudget || missing <= 0) return AllowanceAnswer.Taken;
            Turn(now);
            if (_portion is { } portion && portion.Money >= missing && portion.IsOf(ticket.Portion.Windows))
            {
                portion.Money -= missing;
                ticket = ticket with { Money = cost };
                return AllowanceAnswer.Taken;
            }

            if (_over.MoneyAt(now) is { } over)
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
            if (!_estimate.HasBudget) return;
            var spent = _estimate.Spent(result, ticket.Money);
            CorrectMoney(portion, spent - ticket.Money, now);
        }
    }

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
                    _over.NoteLast(new LimitEnd(use.Kind, _calendar.EndOf(use.Kind, use.Start)));
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
                    return (window, Math.Max(0, used + _corrections.Of(window)));
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
            var size = wants ? _size.Next(windows, _estimate.Usual, now) : 0;
            var request = new LimitRequest
            {
                ProviderId = ProviderId,
                Windows = windows,
                Messages = size,
                Money = wants && _estimate.HasBudget ? Math.Max(Math.Max(1, _moneyWanted), Money.Times(_estimate.Usual, size)) : 0,
                Corrections = _corrections.Take(now),
            };
            _moneyWanted = 0;
            if (wants) _estimate.Turn();
            return request;
        }
    }

    /// <returns>Whether there is something to send with again after there had been nothing.</returns>
    public bool Granted(LimitRequest request, LimitGrant grant, DateTimeOffset now)
    {
        lock (_lock)
        {
            _over.Mark(request.Windows, grant.Used);
            var granted = new Portion([.. request.Windows]) { Messages = grant.Messages, Money = grant.Money };
            if (_isClosed || !granted.Holds(now)) _corrections.GiveBack(granted, now);
            else if (_portion is { } portion && portion.IsOf(request.Windows)) (portion.Messages, portion.Money) = (portion.Messages + grant.Messages, portion.Money + grant.Money);
            else
            {
                if (_portion is { } old) _corrections.GiveBack(old, now);
                _portion = granted;
            }

            if (request.Messages > 0)
            {
                _size.Granted(now);
                Answer();
            }

            return HasReturnedLocked(now);
        }
    }

    /// <summary>The store did not answer.</summary>
    public void Failed(LimitRequest request)
    {
        lock (_lock)
        {
            _corrections.Restore(request.Corrections);
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
            if (_portion is { } idle && _size.IsIdle(_takenAt, now))
            {
                _corrections.GiveBack(idle, now);
                _portion = null;
            }

            if (OverAt(now, _estimate.Usual) is not null && (_corrections.Any || now - _askedAt >= LookAgain)) Ask(now);
            return !_isAsking && _corrections.Any;
        }
    }

    /// <summary>There is something to send with for what was refused, although a window had nothing left: it was given back. Told once.</summary>
    public bool HasReturned(DateTimeOffset now)
    {
        lock (_lock) return HasReturnedLocked(now);
    }

    /// <summary>Its provider is gone, or the node stops: nothing is given out any more, what is left goes back.</summary>
    public void Close(DateTimeOffset now)
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_portion is { } rest) _corrections.GiveBack(rest, now);
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
            if (_estimate.HasBudget) portion.Money -= cost;
            _takenAt = now;
            ticket = new Ticket(portion, cost);
            // Ahead of time, so that nobody waits for the store while it goes on like this.
            if (portion.Messages <= _size.Last / 2 || (_estimate.HasBudget && portion.Money < Money.Times(_estimate.Usual, _size.Last) / 2)) AskAhead(now);
            return AllowanceAnswer.Taken;
        }

        if (OverAt(now, cost) is { } over)
        {
            _refused = Math.Min(_refused, cost);
            end = over;
            return AllowanceAnswer.Over;
        }

        if (_estimate.HasBudget) _moneyWanted = Math.Max(_moneyWanted, cost);
        Ask(now);
        return AllowanceAnswer.Asked;
    }

    private bool Suffices(Portion portion, long cost) => portion.Messages > 0 && HasMoney(portion, cost);

    // Without an estimate the budget is over only when nothing at all is left of it.
    private bool HasMoney(Portion portion, long cost) => !_estimate.HasBudget || portion.Money >= Math.Max(1, cost);

    /// <summary>Which window has nothing left of what is missing for a send; null when the store may have more.</summary>
    private LimitEnd? OverAt(DateTimeOffset now, long cost)
    {
        var portion = _portion is { } held && held.Holds(now) ? held : null;
        return _over.At(now, portion is { Messages: > 0 }, portion is not null && HasMoney(portion, cost));
    }

    private bool HasReturnedLocked(DateTimeOffset now)
    {
        if (_refused == long.MaxValue || _portion is not { } portion || !portion.Holds(now) || !Suffices(portion, _refused)) return false;
        _refused = long.MaxValue;
        return true;
    }

    private void AskAhead(DateTimeOffset now)
    {
        if (!_over.AnyAt(now)) Ask(now);
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
        _corrections.GiveBack(portion, now);
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

        _corrections.GiveBack(new Portion(from.Windows) { Messages = 1, Money = ticket.Money }, now);
    }

    private void Uncount(Portion from, DateTimeOffset now)
    {
        var longOnly = Array.TrueForAll(from.Windows, w => w.Kind > LimitKind.Minute);
        if (longOnly && _portion is { } portion && portion.IsOf(from.Windows))
        {
            portion.Messages++;
            return;
        }

        _corrections.Uncount(from, now);
    }

    private void CorrectMoney(Portion from, long more, DateTimeOffset now)
    {
        if (more == 0) return;
        if (_portion is { } portion && portion.IsOf(from.Windows) && portion.Money >= more)
        {
            portion.Money -= more;
            return;
        }

        _corrections.Spend(from, more, now);
    }
}
