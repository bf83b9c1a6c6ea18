namespace Carillon.Allowances;

/// <summary>How much of a limit is used now.</summary>
/// <param name="Used">Messages, or money.</param>
/// <param name="Limit">Likewise.</param>
/// <param name="Currency">Of money; null for messages.</param>
public sealed record LimitUsage(LimitKind Kind, decimal Used, decimal Limit, DateTimeOffset ResetsAt, string? Currency);
