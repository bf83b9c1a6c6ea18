namespace Carillon.Mail.Bounces;

/// <summary>What a mail shows about one recipient, before it is judged.</summary>
/// <param name="Status">The value of a Status field.</param>
/// <param name="Action">The value of an Action field.</param>
/// <param name="Diagnostic">The value of a Diagnostic-Code field, with its type.</param>
/// <param name="Context">The words of the notice around this recipient.</param>
/// <param name="Words">The words of the notice about this recipient alone, where they can be told apart.</param>
internal sealed record DeliveryFacts(string? Status, string? Action, string? Diagnostic, string Context, string? Words = null);
