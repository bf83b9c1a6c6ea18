using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Storage.Bench;

/// <summary>Notifications like those of an internet provider's welcome mail.</summary>
internal static class Sample
{
    private static readonly byte[] Trace = Encoding.UTF8.GetBytes(
        """{"t":1772366850123,"k":"route","provider":"prv_06f8abcdefghjkmnpqrstvwxyz","why":"first_by_priority"}""" + "\n" +
        """{"t":1772366850125,"k":"attempt","attempt":1,"provider":"prv_06f8abcdefghjkmnpqrstvwxyz","outcome":"accepted","answer":"250 2.0.0 Ok: queued as 4bXyZ1","ms":3}""" + "\n");

    private static readonly Guid Version = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
    private static readonly Guid Provider = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    public static Notification Make(IdGenerator ids, DateTimeOffset now, BenchOptions options, bool owned)
    {
        var customer = Random.Shared.Next(5_000_000);
        var notification = new Notification
        {
            Tenant = new TenantId(1 + Random.Shared.Next(options.Tenants)),
            Id = ids.Next(),
            CreatedAt = now,
            TemplateVersionId = Version,
            ContactId = options.Contacts ? "customer-" + customer.ToString(CultureInfo.InvariantCulture) : null,
            Variables = options.SampleVariables,
            Category = "onboarding",
            Locale = "en",
        };
        notification.Messages =
        [
            new OutboundMessage
            {
                Notification = notification,
                Id = ids.Next(),
                Channel = Channel.Email,
                Address = string.Create(CultureInfo.InvariantCulture, $"customer{customer}@mail{customer % 97}.example.org"),
                CreatedAt = now,
                DueAt = now,
                IsOwned = owned,
            },
        ];
        return notification;
    }

    public static IdempotencyRecord Key() => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), RandomNumberGenerator.GetBytes(32), Trace);

    public static OutcomeWrite Sent(OutboundMessage message, DateTimeOffset now) => new()
    {
        Message = message,
        At = now,
        Status = MessageStatus.Sent,
        Attempts = 1,
        ProviderId = Provider,
        ExternalId = Random.Shared.NextInt64().ToString("X", CultureInfo.InvariantCulture),
        ContentHash = message.Id,
        Trace = Trace,
    };
}
