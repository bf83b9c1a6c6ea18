using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Carillon.Client;

/// <summary>How everything is written and read: made at compile time, so that trimming and native compilation leave it whole.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // Money is text on the wire.
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(NotificationRequest))]
[JsonSerializable(typeof(AcceptedNotification))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(Page<NotificationSummary>))]
[JsonSerializable(typeof(NotificationPreview))]
[JsonSerializable(typeof(Cancellation))]
[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(Page<ListedBatch>))]
[JsonSerializable(typeof(BatchCancellation))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(Page<Message>))]
[JsonSerializable(typeof(RetriedMessage))]
[JsonSerializable(typeof(MessageContent))]
[JsonSerializable(typeof(StoredAttachment))]
[JsonSerializable(typeof(TemplateDraft))]
[JsonSerializable(typeof(Template))]
[JsonSerializable(typeof(Page<Template>))]
[JsonSerializable(typeof(ProviderDraft))]
[JsonSerializable(typeof(Provider))]
[JsonSerializable(typeof(Page<Provider>))]
[JsonSerializable(typeof(ProviderStatus))]
[JsonSerializable(typeof(ProviderTestRequest))]
[JsonSerializable(typeof(ProviderTest))]
[JsonSerializable(typeof(Page<ProviderKind>))]
[JsonSerializable(typeof(SenderDraft))]
[JsonSerializable(typeof(Sender))]
[JsonSerializable(typeof(Page<Sender>))]
[JsonSerializable(typeof(Page<SimulatedMessage>))]
[JsonSerializable(typeof(KeyDraft))]
[JsonSerializable(typeof(Key))]
[JsonSerializable(typeof(Page<Key>))]
[JsonSerializable(typeof(TenantDraft))]
[JsonSerializable(typeof(Tenant))]
[JsonSerializable(typeof(Page<Tenant>))]
[JsonSerializable(typeof(Queue))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class CarillonJson : JsonSerializerContext;
