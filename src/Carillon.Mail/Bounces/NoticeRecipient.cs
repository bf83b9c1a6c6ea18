namespace Carillon.Mail.Bounces;

/// <summary>An address that a notice reports about, and the words that go with it.</summary>
internal sealed record NoticeRecipient(string Address, string Words);
