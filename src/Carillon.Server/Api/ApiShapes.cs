using System.ComponentModel;
using System.Text.Json;

namespace Carillon.Server.Api;

/// <summary>The shapes of bodies and answers for the OpenAPI document. Nothing is read into them or written from them.</summary>
internal static class ApiShapes
{
    internal sealed record Notification(
        [property: Description("A known contact, by your own id. Either this or recipient.")] string? RecipientId,
        [property: Description("A contact to make or update (with an id), or bare addresses (without).")] Recipient? Recipient,
        [property: Description("One channel: email, sms, whatsapp, voice, push, web_push, in_app, chat or webhook.")] string? Channel,
        [property: Description("Several channels. Without channel and channels the recipient's addresses decide.")] string[]? Channels,
        [property: Description("all (a message on each channel, the default) or fallback (one after the other).")] string? Delivery,
        [property: Description("With fallback: how long a step may take to reach until before the next begins, as an ISO 8601 duration (PT2H). Left out, only failure begins the next.")] string? FallbackAfter,
        [property: Description("With fallback: how far a step must come for the next not to begin: sent (the default), delivered, read or confirmed.")] string? Until,
        [property: Description("A template's id or key. Either this or content.")] string? TemplateId,
        JsonElement? TemplateVariables,
        [property: Description("Names of variables that are encrypted and erased once the message is sent.")] string[]? SecretVariables,
        string? Subject,
        [property: Description("Plain text.")] string? Message,
        string? Html,
        [property: Description("How the content is read: none (literally, the default), jinja or simple.")] string? Syntax,
        [property: Description("Other content on single channels, by channel.")] Dictionary<string, Content>? Overrides,
        string? From,
        string? ReplyTo,
        Attachment[]? Attachments,
        Dictionary<string, string>? Headers,
        string? Category,
        [property: Description("low, normal, high or critical.")] string? Priority,
        [property: Description("What to do when a gateway may or may not have taken a message: resend (the default) or stop.")] string? OnUnknown,
        [property: Description("A time that has passed is sent at once.")] DateTimeOffset? ScheduledAt,
        DateTimeOffset? ExpiresAt,
        Related? Related,
        JsonElement? Metadata,
        string[]? Tags,
        [property: Description("Stands for the Idempotency-Key header; in a batch, of this item.")] string? IdempotencyKey);

    internal sealed record Recipient(
        string? Id, string? Name, string? Email, string? Phone, string? Locale, string? Timezone, JsonElement? Attributes, Address[]? Addresses);

    internal sealed record Address(string Channel, string Identifier);

    internal sealed record Content(string? Subject, string? Message, string? Html, string? Syntax);

    internal sealed record Attachment(
        string? Filename, string? ContentType, [property: Description("Base64.")] string? Content,
        [property: Description("Of a stored attachment, in place of all else.")] string? Id);

    internal sealed record StoredAttachment(string Id, string Filename, string ContentType, long Size, string Sha256, DateTimeOffset CreatedAt);

    internal sealed record Preview(
        string? RecipientId, string? Category, string Priority, string OnUnknown, DateTimeOffset? ExpiresAt, string? TemplateVersionId, PreviewedMessage[] Messages,
        [property: Description("What it would cost; steps that begin only when one before comes to nothing are not counted.")] Forecast Forecast,
        [property: Description("What would be accepted and is perhaps not meant so.")] Fault[] Warnings);

    internal sealed record Forecast(Cost[] Costs, [property: Description("Messages for which nobody knows: no provider, or no price.")] int Unpriced);

    internal sealed record Cost([property: Description("A decimal number as text.")] string Amount, [property: Description("ISO 4217.")] string Currency);

    internal sealed record PreviewedMessage(
        int Step, string Channel, string Address, [property: Description("Null for later steps, which begin when the one before comes to nothing.")] DateTimeOffset? DueAt,
        [property: Description("The locale of the variant that was used, default, or content for what came with the request.")] string? Variant,
        string? Subject, string? Text, string? Html, [property: Description("Of a text as SMS: GSM-7 or UCS-2.")] string? Encoding,
        [property: Description("In how many segments it would go as SMS.")] int? Segments, [property: Description("Why the message would fail, with the line of the template.")] Fault[] Errors,
        [property: Description("What it would cost at the provider that would be tried first, or else at the first that may have it later.")] string? Cost, string? Currency,
        [property: Description("The provider that would be tried first.")] string? ProviderId, PreviewedProvider[] Providers);

    internal sealed record PreviewedProvider(
        string Id, string Name, string Kind,
        [property: Description("serves, next, full, resting, limited, stopped, not_served, disabled, or not_own: it is the installation's, and the tenant has its own.")] string Why,
        [property: Description("The same as a sentence.")] string Words,
        [property: Description("Where it rests or is limited: until when.")] DateTimeOffset? Until,
        [property: Description("Which limit is used up.")] string? Limit,
        [property: Description("Where it does not serve the number: what it serves.")] string[]? Countries,
        [property: Description("For one segment, or for the message.")] string? Price, [property: Description("message or segment.")] string? Per,
        [property: Description("Of the whole message.")] string? Cost, string? Currency);

    internal sealed record Waiting(
        [property: Description("turn (or being sent), due, retry, no_provider, full, resting, limit or stopped.")] string Why,
        [property: Description("When that ends at the earliest, as far as it is known.")] DateTimeOffset? Until,
        [property: Description("The same as a sentence.")] string Words,
        [property: Description("Every provider of its channel, as it stands to the message now.")] PreviewedProvider[] Providers);

    internal sealed record Related(string Type, string Id);

    internal sealed record Accepted(string Id, string Status, AcceptedMessage[] Messages);

    internal sealed record AcceptedMessage(string Id, string Channel, string Address, string Status);

    internal sealed record BatchAccepted(
        string? BatchId,
        int Accepted,
        int Rejected,
        [property: Description("One for each item, in order: as a single notification is answered, or {\"problem\": …}.")] JsonElement[] Results);

    internal sealed record Batch(
        string Id, DateTimeOffset CreatedAt, long Messages, long Finished, [property: Description("From 0 to 1.")] double Progress,
        [property: Description("Where the rate so far leads; null when it says nothing: nothing is finished, nothing is left, or something waits for its time.")]
        DateTimeOffset? ExpectedEnd,
        Dictionary<string, long> ByStatus);

    internal sealed record ListedBatch(string Id, DateTimeOffset CreatedAt, long Notifications);

    internal sealed record BatchCancellation(
        string Id, long Cancelled, [property: Description("Too late to know; they are not tried again.")] long InFlight,
        [property: Description("They had come to their end before.")] long Final);

    internal sealed record StoredNotification(
        string Id, DateTimeOffset CreatedAt, string? RecipientId, string? Category, string Priority, string OnUnknown, DateTimeOffset? ScheduledAt,
        DateTimeOffset? ExpiresAt, string? BatchId, string? TemplateVersionId, JsonElement? TemplateVariables, string[] SecretVariables, Related? Related,
        JsonElement? Metadata, string[] Tags, Message[] Messages);

    internal sealed record ListedNotification(
        string Id, DateTimeOffset CreatedAt, string? RecipientId, string? Category, string Priority, string OnUnknown, DateTimeOffset? ScheduledAt,
        DateTimeOffset? ExpiresAt, string? BatchId, string? TemplateVersionId, Related? Related, Message[] Messages);

    internal sealed record RetriedMessage(string Id, string Status);

    internal record Message(
        string Id, string NotificationId, string Direction, string Channel, string Address, string? RecipientId, string Status, string? Reason, int Step,
        string? ProviderId, string? ExternalId, string? Cost, string? Currency, DateTimeOffset CreatedAt, DateTimeOffset? DueAt,
        DateTimeOffset? SentAt, DateTimeOffset? RetriedAt, DateTimeOffset UpdatedAt, int AttemptCount);

    internal sealed record TracedMessage(
        string Id, string NotificationId, string Direction, string Channel, string Address, string? RecipientId, string Status, string? Reason, int Step,
        string? ProviderId, string? ExternalId, string? Cost, string? Currency, DateTimeOffset CreatedAt, DateTimeOffset? DueAt,
        DateTimeOffset? SentAt, DateTimeOffset? RetriedAt, DateTimeOffset UpdatedAt, int AttemptCount,
        [property: Description("Of a text as SMS, once it is rendered: GSM-7 or UCS-2.")] string? Encoding,
        [property: Description("In how many segments it goes as SMS.")] int? Segments,
        [property: Description("What it waits for; null once it has come to its end.")] Waiting? Waiting,
        TraceEntry[] Attempts, MessageEvent[] Events, TraceEntry[] Trace)
        : Message(
            Id, NotificationId, Direction, Channel, Address, RecipientId, Status, Reason, Step, ProviderId, ExternalId, Cost, Currency, CreatedAt, DueAt, SentAt,
            RetriedAt, UpdatedAt, AttemptCount);

    internal sealed record MessageEvent(
        [property: Description("deferred, delivered, read, opened, clicked, failed, bounced, complained, unsubscribed, replied, confirmed or sent.")] string Type,
        DateTimeOffset At, DateTimeOffset RecordedAt, string? ProviderId, string? Detail, string? Url);

    internal sealed record TraceEntry(DateTimeOffset At, string Kind, [property: Description("The same as a sentence.")] string Words);

    internal sealed record MessageContent(
        string MessageId, string? Subject, string? Text, string? Html,
        [property: Description("Whether rendering it again gave what was sent; null when it was not rendered.")] bool? Unchanged,
        [property: Description("Why the content cannot be shown; null when it is.")] string? Unavailable);

    internal sealed record Cancellation(string Id, CancelledMessage[] Messages);

    internal sealed record CancelledMessage(
        string Id, string Channel, [property: Description("cancelled, in_flight (too late to know) or its final status.")] string Status);

    internal sealed record Queue(long Total, QueueDepth[] Queues);

    internal sealed record QueueDepth(string Status, string Channel, string Priority, long Count, DateTimeOffset? Oldest, double? OldestAgeSeconds);

    internal sealed record Template(
        string Key, string? Name, string? Description, string? Category, string? Type, bool? IsActive,
        [property: Description("jinja (the default), simple or none.")] string? Syntax, Variable[]? Variables, Variant[] Variants,
        [property: Description("False leaves the first version a draft; true by default.")] bool? Publish);

    internal sealed record TemplateDetails(string? Key, string? Name, string? Description, string? Category, string? Type, bool? IsActive);

    internal sealed record TemplateContent(
        [property: Description("jinja (the default), simple or none.")] string? Syntax, Variable[]? Variables, Variant[] Variants);

    internal sealed record Rollback(int? Version);

    internal sealed record StoredTemplate(
        string Id, string Key, string Name, string? Description, string? Category, string? Type, bool IsActive, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        int? Version, string? VersionId, DateTimeOffset? PublishedAt, string? Syntax, Variable[]? Variables, Variant[]? Variants,
        [property: Description("By key the versions that it includes, as they were fixed when it was published.")] Dictionary<string, string>? Includes,
        [property: Description("1, and one more with each change of the template; its ETag.")] int Revision);

    internal sealed record TemplateVersionSummary(
        int Version, string VersionId, [property: Description("draft or published.")] string Status, int Revision, DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt);

    internal sealed record TemplateVersion(
        int Version, string VersionId, [property: Description("draft or published.")] string Status, int Revision, DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt,
        string TemplateId, string Syntax, Variable[] Variables, Variant[] Variants, Dictionary<string, string> Includes);

    internal sealed record TemplateTestRequest(
        [property: Description("The one in use by default, or the newest draft where none is.")] int? Version,
        [property: Description("In the place of the declared samples.")] JsonElement? Variables,
        [property: Description("Only its variants.")] string? Channel,
        [property: Description("Only the variant that a recipient of this locale gets.")] string? Locale,
        [property: Description("An address of the channel to which the result is sent.")] string? To);

    internal sealed record TemplateTest(string TemplateId, int Version, RenderedVariant[] Variants, Accepted? Sent);

    internal sealed record RenderedVariant(string Channel, string? Locale, string? Subject, string? Text, string? Html, RenderError[] Errors);

    internal sealed record RenderError(string Part, string Message, string? Template, int Line, int Column, string? SourceLine);

    internal sealed record TemplateDiff(
        int From, int To, string SyntaxFrom, string SyntaxTo, VariableDiff[] Variables, VariantDiff[] Variants,
        [property: Description("The same as a unified diff.")] string Unified);

    internal sealed record VariableDiff(string Name, [property: Description("added, removed or changed.")] string Change);

    internal sealed record VariantDiff(
        string Channel, string? Locale, [property: Description("unchanged, added, removed or changed.")] string Change, PartDiff[] Parts);

    internal sealed record PartDiff(string Part, string Change, DiffHunk[] Hunks);

    internal sealed record DiffHunk(int FromLine, int FromCount, int ToLine, int ToCount, DiffLine[] Lines);

    internal sealed record DiffLine([property: Description("same, removed or added.")] string Change, string Text);

    internal sealed record Variable(string Name, string? Type, bool? Required, bool? Secret, JsonElement? Sample);

    internal sealed record Variant(string Channel, string? Locale, string? Subject, string? Text, string? Html);

    internal sealed record Provider(
        string Name, string Channel, string Kind,
        [property: Description("Of the gateway; GET /v1/providers/kinds has their schema.")] JsonElement? Settings,
        [property: Description("Written, never read back.")] JsonElement? Credentials,
        [property: Description("Lower is tried first; 100 by default.")] int? Priority,
        [property: Description("Its share among providers of one priority; 1 by default, 0 for none but when the others cannot.")] int? Weight,
        bool? IsDefault, bool? Enabled, int? MaxConcurrency,
        [property: Description("The most messages within a time.")] ProviderLimits? Limits,
        [property: Description("The most money within a day or month.")] ProviderBudget? Budget,
        [property: Description("What a message costs where the gateway does not tell; an upper estimate for the budget.")] ProviderCost? Cost,
        [property: Description("Regions (MX) and number prefixes (+52) that it serves; all without it.")] string[]? Countries,
        [property: Description("IANA name of the zone in which its days and months begin; UTC by default.")] string? TimeZone);

    internal record StoredProvider(
        string Id, string Name, string Channel, string Kind, JsonElement Settings, bool HasCredentials,
        [property: Description("Their names, with every value masked.")] JsonElement? Credentials,
        [property: Description("When these credentials took the place of others.")] DateTimeOffset? CredentialsRotatedAt,
        [property: Description("Until when callbacks are taken that are signed with the credentials before these.")] DateTimeOffset? PreviousValidUntil,
        int Priority, int Weight, bool IsDefault, bool Enabled, int MaxConcurrency, ProviderLimits? Limits, ProviderBudget? Budget, ProviderCost? Cost,
        string[]? Countries, string? TimeZone,
        [property: Description("1, and one more with each change.")] int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    internal sealed record Routing(RoutingRule[] Rules);

    internal sealed record RoutingRule(
        string Channel, [property: Description("Only of notifications of this category; without it of all that have no rule of their own.")] string? Category,
        [property: Description("priority (the default), least_cost or fastest.")] string? Strategy,
        [property: Description("The same provider for the same recipient, as long as it can.")] bool? Sticky);

    internal sealed record Stops(
        [property: Description("Everything of the tenant.")] bool? All, string[]? Channels,
        [property: Description("Ids of providers: messages go around them.")] string[]? Providers,
        [property: Description("When something was last let go again; not to be set.")] DateTimeOffset? ResumedAt);

    internal sealed record ProviderHealth(
        [property: Description("closed (all is well), open (it rests after failures) or half_open (one send probes it).")] string Circuit,
        [property: Description("Until when it rests.")] DateTimeOffset? Until,
        [property: Description("Failures in a row.")] int Failures,
        [property: Description("Of the last five minutes, on this node, as all that follows.")] long Sends,
        [property: Description("How many of these were accepted, or rejected for good: 0 to 1.")] double? SuccessRate,
        double? P50Ms, double? P95Ms, double? P99Ms,
        [property: Description("Sends under way.")] int UnderWay,
        [property: Description("The last ones, newest first.")] ProviderError[] LastErrors);

    internal sealed record ProviderError(DateTimeOffset At, string Outcome, string? Answer);

    internal sealed record CounterRebuild(
        [property: Description("reading (the log), replacing (what differs) or done.")] string Status,
        [property: Description("0 to 1.")] double Progress, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt,
        [property: Description("The log does not know all that was counted before; counters of that time stay. Null where it knows everything.")] DateTimeOffset? From,
        [property: Description("Counters from here on are left alone.")] DateTimeOffset Until,
        [property: Description("About, when it began.")] long Messages, long MessagesRead, long QuarterHours, long QuarterHoursDone,
        [property: Description("Differed, and were left since something was counted into them meanwhile: rebuild once more.")] long QuarterHoursLeft,
        [property: Description("Counters that were other than the log says.")] long CountersChanged);

    internal record ProviderFigures(
        DateTimeOffset BeginsAt, [property: Description("Exclusive.")] DateTimeOffset EndsAt,
        [property: Description("Attempts, by what the gateway answered.")] long Sends, long Accepted, long Rejected, long Unavailable, long RetryAfter, long Unknown,
        [property: Description("Accepted or rejected, of all sends: 0 to 1. Null without a send.")] double? SuccessRate,
        [property: Description("1 less down_seconds / observed_seconds. Null where nothing was observed.")] double? Availability,
        [property: Description("How long nodes watched the circuit: each for the quarter hours in which it sent.")] double ObservedSeconds,
        [property: Description("Of that, how long the circuit was not closed.")] double DownSeconds,
        double? P50Ms, double? P95Ms, double? P99Ms,
        [property: Description("Messages that came to this status through the provider; receipts count when they come.")] long Sent,
        long Delivered, long Read, long Failed, long Bounced,
        [property: Description("Delivered of sent. Null where nothing was sent, or no receipt came.")] double? DeliveryRate);

    internal sealed record ProviderDay(
        [property: Description("The day in the provider's time zone.")] DateOnly Date, DateTimeOffset BeginsAt, DateTimeOffset EndsAt, long Sends,
        long Accepted, long Rejected, long Unavailable, long RetryAfter, long Unknown, double? SuccessRate, double? Availability, double ObservedSeconds,
        double DownSeconds, double? P50Ms, double? P95Ms, double? P99Ms, long Sent, long Delivered, long Read, long Failed, long Bounced, double? DeliveryRate)
        : ProviderFigures(
            BeginsAt, EndsAt, Sends, Accepted, Rejected, Unavailable, RetryAfter, Unknown, SuccessRate, Availability, ObservedSeconds, DownSeconds, P50Ms, P95Ms,
            P99Ms, Sent, Delivered, Read, Failed, Bounced, DeliveryRate);

    internal sealed record ProviderDays(
        string ProviderId, [property: Description("IANA name of the zone whose days they are.")] string TimeZone,
        [property: Description("Earliest first.")] ProviderDay[] Days, [property: Description("All of them together.")] ProviderFigures Total);

    internal sealed record ProviderUsage(
        [property: Description("second, minute, hour, day, month, daily_budget or monthly_budget.")] string Window,
        [property: Description("Messages as a number; money as text.")] JsonElement Used, JsonElement Limit,
        [property: Description("Of money.")] string? Currency, DateTimeOffset ResetsAt);

    internal sealed record UsedProvider(
        string Id, string Name, string Channel, string Kind, JsonElement Settings, bool HasCredentials, JsonElement? Credentials,
        DateTimeOffset? CredentialsRotatedAt, DateTimeOffset? PreviousValidUntil, int Priority, int Weight,
        bool IsDefault, bool Enabled, int MaxConcurrency, ProviderLimits? Limits, ProviderBudget? Budget, ProviderCost? Cost, string[]? Countries, string? TimeZone,
        int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        [property: Description("How much is used of each limit in its present window.")] ProviderUsage[] Usage,
        [property: Description("Null for one that cannot serve: its credentials cannot be read.")] ProviderHealth? Health)
        : StoredProvider(
            Id, Name, Channel, Kind, Settings, HasCredentials, Credentials, CredentialsRotatedAt, PreviousValidUntil, Priority, Weight, IsDefault, Enabled,
            MaxConcurrency, Limits, Budget, Cost, Countries, TimeZone, Version, CreatedAt, UpdatedAt);

    internal sealed record ProviderLimits(int? PerSecond, int? PerMinute, int? PerHour, int? PerDay, int? PerMonth);

    internal sealed record ProviderBudget(
        [property: Description("A decimal number as text.")] string Amount, [property: Description("ISO 4217.")] string Currency,
        [property: Description("day or month.")] string Period);

    internal sealed record ProviderCost(
        [property: Description("A decimal number as text.")] string Amount, [property: Description("ISO 4217.")] string Currency,
        [property: Description("message or segment.")] string Per,
        [property: Description("Amounts by region (MX) or beginning of numbers (+1876): the longest beginning goes before the region, the region before the amount.")]
        Dictionary<string, string>? ByCountry);

    internal sealed record ProviderStatus(bool Enabled);

    internal sealed record ProviderTestRequest(string To, [property: Description("The provider's own sender by default.")] string? From);

    internal sealed record ProviderTest(
        string ProviderId, [property: Description("accepted, rejected, unavailable, retry_after or unknown.")] string Outcome,
        [property: Description("The gateway's own words, without the provider's credentials.")] string? Answer, string? ExternalId, double? RetryAfterSeconds,
        string? Cost, string? Currency, double DurationMs, [property: Description("What to look at, where it failed in a usual way.")] string[] Advice,
        [property: Description("What was said, secrets as ***.")] ProviderExchange Exchange);

    internal sealed record ProviderExchange(
        [property: Description("Requests with their answers, for gateways that speak HTTP.")] HttpExchange[] Http,
        [property: Description("The dialogue, for gateways that speak SMTP.")] DialogueLine[] Smtp);

    internal sealed record HttpExchange(
        ExchangedRequest Request, [property: Description("Null when none came.")] ExchangedResponse? Response,
        [property: Description("Why none came.")] string? Failure, [property: Description("Null while it was still awaited.")] double? DurationMs);

    internal sealed record ExchangedRequest(
        string Method, string Url, ExchangedHeader[] Headers, [property: Description("At most 8,192 characters of it.")] string? Body,
        [property: Description("Of the whole body.")] long Bytes, [property: Description("Whether the body goes on.")] bool IsCut);

    internal sealed record ExchangedResponse(
        int Status, ExchangedHeader[] Headers, [property: Description("At most 8,192 characters of it.")] string? Body,
        [property: Description("Of the body, as far as it was read: 64 KiB at most.")] long Bytes, [property: Description("Whether the body goes on.")] bool IsCut);

    internal sealed record ExchangedHeader(string Name, string Value);

    internal sealed record DialogueLine(
        [property: Description("Since the test began.")] double AtMs, [property: Description("client, server, or note for what happened to the connection.")] string Side, string Text);

    internal sealed record ProviderKind(string Kind, string Label, string[] Channels, JsonElement Settings, JsonElement? Credentials);

    internal sealed record Sender(
        [property: Description("Mail from it, and from the domains below it, is signed (DKIM).")] string Domain,
        [property: Description("Names the key in the DNS; carillon by default.")] string? Selector,
        [property: Description("RSA of 1,024 to 4,096 bits in PEM. Written, never read back. Without it a key pair is made.")] string? PrivateKey);

    internal sealed record StoredSender(string Id, string Domain, string Selector, DnsRecord DnsRecord, DateTimeOffset CreatedAt);

    internal sealed record DnsRecord(string Name, string Type, string Value);

    internal sealed record DisabledEndpoint(
        string Id, [property: Description("Normalised.")] string Url, DateTimeOffset DisabledAt,
        [property: Description("The message that it answered 410 to.")] string MessageId);

    internal sealed record KeptCallback(
        string Id, string ProviderId, DateTimeOffset ReceivedAt, DateTimeOffset? ReadAt,
        [property: Description("Why it could not be read; null when it could.")] string? Fault);

    internal sealed record SimulatedMessage(
        string MessageId, string Channel, string Provider, string Address, string Subject, string Text, string Html, int Attempt, string Outcome, string? Answer,
        DateTimeOffset At);

    internal sealed record SimulatedVendor(
        double? LatencyMs, double? FailureRate, double? RejectRate, double? ThrottleRate, double? LostAnswerRate, double? UndeliveredRate, double? RetryAfterMs, double? ReportAfterMs,
        bool? Outage,
        [property: Description("With which it signs its callbacks: the provider's Auth Token, signature secret, callback token or signing key.")] string? Secret,
        [property: Description("Where replies go, and reports that a request gives no address for; below this installation's public_url.")] string? CallbackUrl);

    internal sealed record SimulatedVendorMessage(
        string Id, string From, string To, string Text, string? Reference, DateTimeOffset At,
        [property: Description("What was reported, and what the callback was answered.")] string[] Reports);

    internal sealed record SimulatedReply(string From, string To, string Text);

    internal sealed record SimulatedCallback([property: Description("What the callback was answered, or why there was none.")] string Callback);

    internal sealed record Key(string Name, string[] Scopes, RecipientLimits? Limits);

    internal sealed record KeyDetails(
        string Name, [property: Description("Left out there are none.")] RecipientLimits? Limits,
        [property: Description("null lifts the cap for new keys, with a key of the installation; left out it stays.")] NewKey? NewKey);

    internal sealed record RecipientLimits(
        [property: Description("Accepted notifications within any 60 seconds, on each node: 1 to 1,000,000; null for no limit.")] int? RecipientsPerMinute,
        [property: Description("Within a day of UTC, on all nodes together: 1 to 1,000,000,000; null for no limit.")] int? RecipientsPerDay);

    internal sealed record NewKey(
        [property: Description("For all new keys of the tenant together.")] int RecipientsPerMinute, DateTimeOffset Until);

    internal sealed record StoredKey(
        string Id, [property: Description("Only in the answer that makes it.")] string? Key,
        [property: Description("Whose it is, where a key of the installation asks.")] string? Tenant,
        string Name, string[] Scopes, RecipientLimits Limits,
        [property: Description("While it goes by the cap for new keys.")] NewKey? NewKey,
        int Version, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

    internal sealed record Encryption(EncryptionKey[] Keys);

    internal sealed record EncryptionKey(
        [property: Description("The first 4 bytes of its SHA-256, in hexadecimal digits.")] string Id,
        [property: Description("seals (the first of ENCRYPTION_KEY), opens (another of it) or missing (this node does not have it).")] string Role,
        [property: Description("What is sealed with it. At 0 the key may go.")] long Total,
        SealedCounts Secrets);

    internal sealed record SealedCounts(
        long ProviderCredentials, long PreviousCredentials, long SenderKeys, long NotificationSecrets,
        [property: Description("1 for the key with which the value is sealed by which a starting node knows its key.")] long KeyCheck);

    internal sealed record Resealing(
        [property: Description("Secrets that are sealed with the first key now.")] int Resealed,
        [property: Description("Damaged ones, which no key opens.")] int Unreadable,
        [property: Description("Nothing is left that could be sealed anew.")] bool Done);

    internal sealed record Tenant(string Key, string? Name);

    internal sealed record StoredTenant(
        string Key, string Name, [property: Description("The tenant's first key; only in the answer that makes it.")] string? ApiKey);

    internal sealed record RequestLimits(
        [property: Description("For each API key alone.")] RequestLimit? PerKey,
        [property: Description("For all API keys of the tenant together.")] RequestLimit? PerTenant,
        [property: Description("Accepted notifications of all API keys of the tenant together within any 60 seconds, on each node.")] int? RecipientsPerMinute,
        [property: Description("Within a day of UTC, on all nodes together.")] int? RecipientsPerDay);

    internal sealed record RequestLimit(
        [property: Description("1 to 1,000,000.")] int Requests, [property: Description("1 to 86,400.")] int Seconds);

    internal sealed record Node(
        [property: Description("The number of its incarnation: higher than that of every one before.")] long Epoch,
        string Name,
        [property: Description("live or ended.")] string Status,
        [property: Description("Whether it is the one that answers.")] bool IsThis,
        DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt, DateTimeOffset? StoppedAt,
        [property: Description("Messages in its hands.")] long Owned);

    internal sealed record Page<T>(T[] Data, [property: Description("The after of the next page; null on the last.")] string? Next);

    internal sealed record Health(string Status, string Version);

    internal sealed record Readiness(string Status, Dictionary<string, string> Checks);

    internal sealed record Problem(
        string Type, string Title, int Status, string? Detail, string? RequestId, [property: Description("Every fault of the request.")] Fault[]? Errors);

    internal sealed record Fault(string Field, string Code, string Message);
}
