namespace Carillon.Client;

/// <summary>A page of a list. <see cref="Next"/> is the cursor of the page after it; it holds while rows are added.</summary>
/// <param name="Next">Null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Data, string? Next);
