using static Carillon.Mail.Bounces.ReturnReason;

namespace Carillon.Mail.Bounces;

/// <summary>
/// "User unknown" of mobile carriers. They answer so for an address that does not exist and for one whose owner refuses the sender, and
/// tell the two apart by naming the address in the first case only: <c>550 &lt;kim@example.org&gt;: User unknown</c>, <c>550 : User unknown</c>.
/// </summary>
internal static class CarrierAnswers
{
    private const int MaximumLength = 2000;

    // Those that name the address even when they look it up after DATA.
    private static readonly string[] Domains = ["@ezweb.ne.jp", "@au.com", "@uqmobile.jp", "@auone-net.jp"];

    public static ReturnReason? Of(string recipient, string words)
    {
        // The reply is often broken into lines where it is shown.
        words = DiagnosticText.OneLine(words, MaximumLength);
        int at = words.LastIndexOf(": User unknown", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        ReadOnlySpan<char> before = words.AsSpan(0, at).TrimEnd();
        if (before.EndsWith("550", StringComparison.Ordinal)) return Filtered;
        bool named = before.EndsWith(">", StringComparison.Ordinal) && Array.Exists(Domains, d => recipient.EndsWith(d, StringComparison.OrdinalIgnoreCase));
        return named ? UserUnknown : null;
    }
}
