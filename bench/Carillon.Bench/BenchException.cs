namespace Carillon.Bench;

/// <summary>The bench cannot go on; the message says why, for people.</summary>
internal sealed class BenchException(string message) : Exception(message);
