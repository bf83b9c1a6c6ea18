using Carillon.Allowances;

namespace Carillon.Storage;

/// <summary>What a request comes to, wherever the counts are kept.</summary>
internal static class LimitSharing
{
    /// <param name="used">Of the request's windows before it; after it, what it was granted included.</param>
    public static LimitGrant Grant(LimitRequest request, long[] used)
    {
        var (messages, money) = (request.Messages, request.Money);
        for (var i = 0; i < used.Length; i++)
        {
            var window = request.Windows[i];
            // A limit that was lowered, or exceeded by a correction, leaves nothing; it takes nothing back.
            var left = Math.Max(0, window.Limit - used[i]);
            if (window.IsMoney) money = Math.Min(money, left);
            else messages = Math.Min(messages, left);
        }

        for (var i = 0; i < used.Length; i++) used[i] += request.Windows[i].IsMoney ? money : messages;
        return new LimitGrant(messages, money, used);
    }

    /// <summary>How long a window's count is kept after it: clocks of nodes differ, and none may find a window empty again.</summary>
    public static DateTimeOffset? KeptFrom(LimitWindow window) => window.Kind switch
    {
        LimitKind.Second => window.Start.AddMinutes(-10),
        LimitKind.Minute => window.Start.AddHours(-6),
        LimitKind.Hour => window.Start.AddDays(-7),
        _ => null,
    };
}
