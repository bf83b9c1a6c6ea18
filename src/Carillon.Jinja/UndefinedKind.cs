namespace Carillon.Jinja;

/// <summary>How a name that is not defined behaves.</summary>
public enum UndefinedKind
{
    /// <summary>Prints as nothing, is false, iterates over nothing; any other use is an error.</summary>
    Default,

    /// <summary>Every use but the test <c>defined</c> and a <c>default</c> is an error.</summary>
    Strict,

    /// <summary>As <see cref="Default"/>, and attributes of it are undefined in turn.</summary>
    Chainable,
}
