namespace Carillon.Quotas;

/// <summary>One limit with what counts against it.</summary>
internal sealed class Cap(QuotaOwner owner, int limit, MinuteWindow? minute, DayWindow? day)
{
    public async ValueTask<QuotaPart> TakeAsync(int wanted, CancellationToken cancellationToken)
    {
        if (minute is not null) return new QuotaPart(minute.Take(wanted, limit, out var second), second, default);
        var (taken, of) = await day!.TakeAsync(wanted, limit, cancellationToken);
        return new QuotaPart(taken, 0, of);
    }

    public void GiveBack(QuotaPart part, int count)
    {
        if (count <= 0) return;
        if (minute is not null) minute.GiveBack(count, part.Second);
        else day!.GiveBack(count, part.Day);
    }

    public QuotaRefusal Refuse()
    {
        if (minute is null)
        {
            var (rest, until) = day!.Look(limit);
            return new QuotaRefusal(owner, IsDay: true, limit, rest, until);
        }

        var (left, wait) = minute.Look(limit);
        return new QuotaRefusal(owner, IsDay: false, limit, left, TimeSpan.FromSeconds(Math.Clamp(wait.TotalSeconds, 1, 60)));
    }

    public QuotaState State()
    {
        if (minute is null)
        {
            var (rest, until) = day!.Look(limit);
            return new QuotaState(owner, IsDay: true, limit, rest, until);
        }

        var (left, _) = minute.Look(limit);
        return new QuotaState(owner, IsDay: false, limit, left, left == limit ? TimeSpan.Zero : TimeSpan.FromMinutes(1));
    }
}
