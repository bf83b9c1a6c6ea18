using Carillon.Channels;
using Carillon.Providers;

namespace Carillon.Allowances;

/// <summary>What messages are thought to cost before they are sent, and did cost after, in millionths. Guarded by its <see cref="Allowance"/>.</summary>
internal sealed class BudgetEstimate(ProviderPolicy policy)
{
    private readonly string? _currency = policy.Budget?.Currency;
    private long _usual = policy.Budget is not null && policy.Cost is { } cost ? Money.ToMicro(cost.Amount) : 0;

    /// <summary>Of what was wanted since the last portion was asked for: prices differ by country, and a portion is for the dearest.</summary>
    private long _dearest;
    private long _highestTold;

    public bool HasBudget => _currency is not null;

    /// <summary>What one of the messages of late takes.</summary>
    public long Usual => policy.Cost is null ? _highestTold : _dearest > 0 ? _dearest : _usual;

    /// <summary>Nothing without a budget; without a price the highest that the gateway has told so far.</summary>
    public long Of(Price? price, int segments) => _currency is null ? 0 : price?.MicroOf(segments) ?? _highestTold;

    public void Want(long cost) => _dearest = Math.Max(_dearest, cost);

    /// <summary>A portion is asked for: the next one is for what is wanted from now on.</summary>
    public void Turn()
    {
        _usual = Usual;
        _dearest = 0;
    }

    /// <summary>What a send has cost: what the gateway says, in the budget's currency; else the estimate. What was not taken costs nothing.</summary>
    public long Spent(SendResult result, long estimate)
    {
        var spent = result.Outcome switch
        {
            SendOutcome.Accepted when result.Cost is { } told && (result.Currency ?? _currency) == _currency => Money.ToMicro(Math.Abs(told)),
            SendOutcome.Accepted or SendOutcome.Unknown => estimate,
            _ => 0,
        };
        if (result.Outcome == SendOutcome.Accepted) _highestTold = Math.Max(_highestTold, spent);
        return spent;
    }
}
