namespace Carillon.Server.Api;

/// <summary>How large the parts of a notification may be. Characters are UTF-16 units, bytes are of UTF-8.</summary>
internal static class NotificationLimits
{
    public const int IdCharacters = 200;
    public const int NameCharacters = 200;
    public const int AddressCharacters = 2_000;
    public const int SubjectCharacters = 998;
    public const int ContentBytes = 1 << 20;
    public const int VariablesBytes = 1 << 20;
    public const int MetadataBytes = 64 << 10;
    public const int AttributesBytes = 64 << 10;
    public const int WordCharacters = 100;
    public const int Tags = 50;
    public const int SecretVariables = 100;
    public const int Addresses = 50;
    public const int Headers = 50;
    public const int Attachments = 20;
    public const int AttachmentBytes = 25 << 20;
    public const int FileNameCharacters = 255;
    public const int IdempotencyKeyCharacters = 255;

    public static readonly TimeSpan FallbackAfterLeast = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan FallbackAfterMost = TimeSpan.FromDays(30);

    /// <summary>How far ahead a notification may be scheduled.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(3653);
}
