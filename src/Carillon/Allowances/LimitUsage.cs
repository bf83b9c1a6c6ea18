using Carillon.Providers;

namespace Carillon.Allowances;

/// <summary>How much of a limit is used now.</summary>
/// <param name="Used">Messages, or money.</param>
/// <param name="Limit">Likewise.</param>
/// <param name="Currency">Of money; null for messages.</param>
public sealed record LimitUsage(LimitKind Kind, decimal Used, decimal Limit, DateTimeOffset ResetsAt, string? Currency);

/// <summary>How much of a limit is used in one of its windows: messages, or millionths of the currency.</summary>
internal readonly record struct WindowUse(ProviderRuntime Provider, LimitWindow Window, long Used);
