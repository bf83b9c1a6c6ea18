namespace Carillon.Mail.Bounces;

/// <summary>Wordings that mean one reason.</summary>
internal sealed class ReasonRule
{
    private readonly Phrase[] _phrases;

    public ReasonRule(ReturnReason reason, params string[] patterns)
    {
        Reason = reason;
        _phrases = [.. patterns.Select(Phrase.Parse)];
    }

    public ReturnReason Reason { get; }

    public bool Applies(DiagnosticText text)
    {
        foreach (Phrase phrase in _phrases)
            if (phrase.IsIn(text)) return true;
        return false;
    }
}
