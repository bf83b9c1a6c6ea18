namespace Carillon.Mail.Bounces;

/// <summary>
/// A wording that a rule looks for: words in sequence, <c>a|b</c> for either, a <c>*</c> at a word's end for any ending, <c>..</c> for up to
/// three words in between, <c>@name</c> for a set of words. <c>"@mailbox .. unknown"</c> finds "user kim is unknown".
/// </summary>
internal sealed class Phrase
{
    private const int MaximumGap = 3;

    private readonly string[]?[] _steps;

    private Phrase(string[]?[] steps) => _steps = steps;

    public static Phrase Parse(string pattern) =>
        new([.. pattern.Split(' ').Select(step => step == ".." ? null : step.Split('|').SelectMany(Vocabulary.Expand).ToArray())]);

    public bool IsIn(DiagnosticText text)
    {
        // Most wordings have a word that the text has not, and that is cheap to see.
        foreach (string[]? step in _steps)
            if (step is not null && !text.HasAny(step)) return false;
        for (int at = 0; at < text.Words.Length; at++)
            if (Matches(text.Words, at, step: 0)) return true;
        return false;
    }

    private bool Matches(string[] words, int at, int step)
    {
        for (; step < _steps.Length; step++, at++)
        {
            if (_steps[step] is not { } alternatives)
            {
                for (int gap = 0; gap <= MaximumGap; gap++)
                {
                    if (Matches(words, at + gap, step + 1)) return true;
                    if (at + gap >= words.Length || words[at + gap] == DiagnosticText.SentenceEnd) return false;
                }
                return false;
            }
            if (at >= words.Length || !IsOne(alternatives, words[at])) return false;
        }
        return true;
    }

    private static bool IsOne(string[] alternatives, string word)
    {
        foreach (string alternative in alternatives)
        {
            bool found = alternative[^1] == '*'
                ? word.AsSpan().StartsWith(alternative.AsSpan(0, alternative.Length - 1), StringComparison.Ordinal)
                : word.Equals(alternative, StringComparison.Ordinal);
            if (found) return true;
        }
        return false;
    }
}
