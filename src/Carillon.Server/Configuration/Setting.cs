namespace Carillon.Server.Configuration;

/// <summary>One setting: its names everywhere, what it may be, and how its text becomes a part of the options.</summary>
/// <param name="Name">As in the configuration file; <c>max_unrecorded</c> is also <c>CARILLON_MAX_UNRECORDED</c> and <c>--max-unrecorded</c>.</param>
/// <param name="Default">In words, for people.</param>
/// <param name="Expected">What a value must be, for people.</param>
/// <param name="Apply">The options with the value; null when it is not what is expected.</param>
internal sealed record Setting(string Name, string Default, string Expected, string Description, Func<string, ServerOptions, ServerOptions?> Apply)
{
    public const string Prefix = "CARILLON_";

    /// <summary>A name that other systems use for it; <see cref="Variable"/> goes before it.</summary>
    public string? OtherVariable { get; init; }

    /// <summary>Never shown, not even when it is wrong.</summary>
    public bool IsSecret { get; init; }

    public string Variable => Prefix + Name.ToUpperInvariant();

    public string Option => "--" + Name.Replace('_', '-');
}
