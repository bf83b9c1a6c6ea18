namespace Carillon.Providers;

/// <summary>One thing to look at, and when.</summary>
/// <param name="At">Words of the services that it is for; none for all.</param>
/// <param name="Says">Words of which the answer has one.</param>
internal sealed record AdviceRule(string[] At, string[] Says, string Advice)
{
    public bool Fits(string where, string answer) =>
        (At.Length == 0 || Array.Exists(At, w => where.Contains(w, StringComparison.OrdinalIgnoreCase)))
        && Array.Exists(Says, w => answer.Contains(w, StringComparison.OrdinalIgnoreCase));
}
