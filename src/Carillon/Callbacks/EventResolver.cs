using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Callbacks;

/// <summary>Finds what a callback's events are about: the message of a receipt; for what came in, the contact and the message that it answers.</summary>
internal sealed class EventResolver(IMessageLog log, IContactStore contacts, IdGenerator ids)
{
    /// <summary>How long after a message what comes from its address is taken for an answer to it.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromDays(7);

    /// <summary>How many of the newest messages with an address are looked at: those that came from it stand among them.</summary>
    private const int Newest = 20;

    public async Task<ReadingWrite> ResolveAsync(StoredCallback callback, Provider provider, IReadOnlyList<CallbackEvent> events, DateTimeOffset now)
    {
        var writes = new List<EventWrite>(events.Count);
        var inbound = new List<InboundWrite>();
        foreach (var happened in events)
        {
            switch (happened)
            {
                case CallbackEvent.Receipt receipt:
                    writes.Add(await ResolveAsync(receipt, provider, callback.ReceivedAt));
                    break;
                case CallbackEvent.Inbound message:
                    var answered = await AnsweredAsync(message, provider, callback.ReceivedAt);
                    inbound.Add(await InboundAsync(message, provider, answered, callback.ReceivedAt));
                    if (answered is not null) writes.Add(Replied(message, provider, answered, callback.ReceivedAt));
                    break;
            }
        }

        return new ReadingWrite { CallbackId = callback.Id, At = now, Events = writes, Inbound = inbound };
    }

    private async Task<EventWrite> ResolveAsync(CallbackEvent.Receipt receipt, Provider provider, DateTimeOffset receivedAt) => new()
    {
        ProviderId = provider.Id,
        MessageId = await OwnAsync(receipt.MessageId, provider)
            ?? (receipt.ExternalId is { } external ? await log.FindByExternalAsync(provider.Id, external) : null),
        ExternalId = receipt.ExternalId,
        Kind = receipt.Kind,
        At = receipt.At ?? receivedAt,
        Detail = receipt.Detail,
        IsPermanent = receipt.IsPermanent,
        Url = receipt.Url,
        Cost = receipt.Cost,
        Currency = receipt.Currency,
    };

    /// <summary>
    /// The message of this id, if the provider may have sent it. Who has a provider can sign its callbacks, with whatever id in them: a
    /// tenant's speak of the tenant's messages alone, the installation's, which serve every tenant, of all.
    /// </summary>
    private async Task<Guid?> OwnAsync(Guid? message, Provider provider) =>
        message is not { } id || provider.Tenant == TenantId.Installation || await log.GetMessageAsync(provider.Tenant, id) is not null ? message : null;

    private static EventWrite Replied(CallbackEvent.Inbound message, Provider provider, StoredMessage answered, DateTimeOffset receivedAt) => new()
    {
        ProviderId = provider.Id,
        MessageId = answered.Id,
        Kind = MessageEventKind.Replied,
        At = message.At ?? receivedAt,
    };

    /// <summary>
    /// The message that it names, else the newest that was sent to whoever writes. The installation's providers serve every tenant: what answers
    /// one of their messages is that tenant's.
    /// </summary>
    private async Task<StoredMessage?> AnsweredAsync(CallbackEvent.Inbound message, Provider provider, DateTimeOffset receivedAt)
    {
        var since = receivedAt - AnswerTime;
        var sent = provider.Tenant == TenantId.Installation
            ? await log.NewestToAsync(provider.Id, provider.Channel, message.From, since, Newest)
            : [.. (await log.ListMessagesAsync(new MessageQuery
            {
                Tenant = provider.Tenant,
                Channel = provider.Channel,
                Address = message.From,
                CreatedAfter = since,
                Limit = Newest,
            })).Items.Where(m => m.Status != MessageStatus.Received)];
        return sent.FirstOrDefault(m => message.InReplyTo is { } named && m.ExternalId == named) ?? (sent.Count > 0 ? sent[0] : null);
    }

    private async Task<InboundWrite> InboundAsync(
        CallbackEvent.Inbound message, Provider provider, StoredMessage? answered, DateTimeOffset receivedAt)
    {
        var at = message.At ?? receivedAt;
        var tenant = answered?.Tenant ?? provider.Tenant;
        var notification = new Notification
        {
            Tenant = tenant,
            Id = ids.Next(),
            CreatedAt = at,
            ContactId = answered?.ContactId ?? await contacts.FindByAddressAsync(tenant, ChannelsOf(provider.Channel), message.From),
            Details = new NotificationDetails
            {
                Content = new MessageContent { Subject = message.Subject, Text = message.Text, Html = message.Html },
                ReceivedBy = message.To,
            },
            RelatedType = answered is null ? null : "message",
            RelatedId = answered is null ? null : PublicId.Format(PublicId.Message, answered.Id),
        };
        notification.Messages =
        [
            new OutboundMessage { Notification = notification, Id = ids.Next(), Channel = provider.Channel, Address = message.From, CreatedAt = at },
        ];
        return new InboundWrite { Notification = notification, ProviderId = provider.Id, ExternalId = message.ExternalId };
    }

    /// <summary>A telephone number is the same on every channel that goes by numbers.</summary>
    private static IReadOnlyList<Channel> ChannelsOf(Channel channel) =>
        channel is Channel.Sms or Channel.WhatsApp or Channel.Voice ? [Channel.Sms, Channel.WhatsApp, Channel.Voice] : [channel];
}
