using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>Every operation of the API, as the OpenAPI document tells it.</summary>
internal static class ApiOperations
{
    private static readonly (string, string) Limit = ("limit", "How many at most: 1 to 500, 50 by default.");
    private static readonly (string, string) CreatedAfter = ("created_after", "Only younger than this time (RFC 3339).");
    private static readonly (string, string) CreatedBefore = ("created_before", "Only older than this time (RFC 3339).");
    private static readonly (string, string) After = ("after", "The next of the page before.");

    public static readonly ApiOperation CreateNotification = new("createNotification", "Notifications", "Send a notification")
    {
        Description = "Answered once it is durably stored: from then on it is delivered, or reaches a final state with a reason.",
        Body = typeof(ApiShapes.Notification),
        Answer = typeof(ApiShapes.Accepted),
        Status = 202,
        Problems = [400, 401, 403, 409, 413, 415, 422, 503],
        IsIdempotent = true,
        Example = """
            { "recipient": { "email": "ana@example.net", "name": "Ana" }, "channel": "email", "subject": "Welcome", "message": "Hello Ana" }
            """,
    };

    public static readonly ApiOperation CreateBatch = new("createBatch", "Notifications", "Send up to 10,000 notifications")
    {
        Description = "A JSON array, or one JSON object a line (application/x-ndjson), which is committed in chunks as it streams. What is good is accepted, what is bad says why.",
        Body = typeof(ApiShapes.Notification[]),
        Accepts = [MediaType.Json, MediaType.NdJson],
        Answer = typeof(ApiShapes.BatchAccepted),
        Status = 202,
        Problems = [400, 401, 403, 409, 413, 415, 422, 503],
        IsIdempotent = true,
        Example = """
            [ { "recipient_id": "customer_123", "template_id": "welcome", "template_variables": { "customer_name": "Ana" } } ]
            """,
    };

    public static readonly ApiOperation PreviewNotification = new("previewNotification", "Notifications", "What a notification would come to; nothing is stored")
    {
        Description = "For each message of every step: address, rendered content, when it is due, and which provider would serve. What is wrong with the content stands in errors, what would be accepted and is perhaps not meant so in warnings.",
        Body = typeof(ApiShapes.Notification),
        Answer = typeof(ApiShapes.Preview),
        Problems = [400, 401, 403, 413, 415, 422],
    };

    public static readonly ApiOperation CreateAttachment = new("createAttachment", "Notifications", "Store a file to be named in notifications")
    {
        Description = "The file's bytes with its own Content-Type, or a form with one file; up to 25 MB. The same file under the same name and type has the same id, however often it is sent.",
        Body = typeof(byte[]),
        Accepts = ["*/*", MediaType.Form],
        Query = [("filename", "The name under which recipients see it; or in Content-Disposition.")],
        Answer = typeof(ApiShapes.StoredAttachment),
        Status = 201,
        Problems = [400, 401, 403, 413, 415, 422],
    };

    public static readonly ApiOperation GetAttachment = new("getAttachment", "Notifications", "A stored file, without its bytes")
    {
        Answer = typeof(ApiShapes.StoredAttachment),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetAttachmentContent = new("getAttachmentContent", "Notifications", "The bytes of a stored file, with its Content-Type")
    {
        Answer = typeof(byte[]),
        AnswerType = "application/octet-stream",
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ListNotifications = new("listNotifications", "Notifications", "Notifications with their messages, newest first")
    {
        Description = "Without content, variables, metadata and tags. A page costs a bounded effort: where what the filters ask for is rare, it may hold fewer than limit, or nothing, and yet have a next.",
        Answer = typeof(ApiShapes.Page<ApiShapes.ListedNotification>),
        Query =
        [
            ("recipient_id", "Only to this contact."), ("status", "Only those of which a message has this status."), ("category", "Only of this category."),
            ("related_type", "Only those that are related to a thing of this kind."), ("related_id", "Only those that are related to the thing with this id."),
            ("batch_id", "Only of this batch."), CreatedAfter, CreatedBefore, Limit, After,
        ],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation GetNotification = new("getNotification", "Notifications", "A notification with its messages")
    {
        Answer = typeof(ApiShapes.StoredNotification),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation CancelNotification = new("cancelNotification", "Notifications", "Cancel what has not been sent")
    {
        Answer = typeof(ApiShapes.Cancellation),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetBatch = new("getBatch", "Notifications", "How far a batch has come")
    {
        Answer = typeof(ApiShapes.Batch),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ListBatches = new("listBatches", "Notifications", "Batches, newest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.ListedBatch>),
        Query = [Limit, After],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation CancelBatch = new("cancelBatch", "Notifications", "Cancel what of a batch has not been sent")
    {
        Description = "Counts messages. What is added to the batch later is not cancelled; asking again is harmless.",
        Answer = typeof(ApiShapes.BatchCancellation),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ListMessages = new("listMessages", "Messages", "The log of messages, newest first")
    {
        Description = "A page costs a bounded effort: where what the filters ask for is rare, it may hold fewer than limit, or nothing, and yet have a next.",
        Answer = typeof(ApiShapes.Page<ApiShapes.Message>),
        Query =
        [
            ("status", "Only in this status."), ("channel", "Only on this channel."), ("recipient_id", "Only to this contact."), ("address", "Only to this address."),
            ("template_id", "Only with this template, by id or key."), ("category", "Only of this category."), ("provider_id", "Only those that this provider had last."),
            ("related_type", "Only those that are related to a thing of this kind."), ("related_id", "Only those that are related to the thing with this id."),
            ("batch_id", "Only of this batch."), ("direction", "outbound, or inbound for what was received."), CreatedAfter, CreatedBefore, Limit, After,
        ],
        Problems = [400, 401, 403, 422],
    };

    public static readonly ApiOperation RetryMessage = new("retryMessage", "Messages", "Send a message again that has failed or bounced")
    {
        Description = "It waits in the queue again under its id, with the attempts and the age of a new one. One that failed as outcome_unknown may arrive twice.",
        Answer = typeof(ApiShapes.RetriedMessage),
        Status = 202,
        Problems = [401, 403, 404, 409],
    };

    public static readonly ApiOperation GetMessage = new("getMessage", "Messages", "A message with its attempts and its trace")
    {
        Answer = typeof(ApiShapes.TracedMessage),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetMessageContent = new("getMessageContent", "Messages", "The content of a message as it was sent")
    {
        Answer = typeof(ApiShapes.MessageContent),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetQueue = new("getQueue", "Messages", "Depth and oldest age of the queue by state, channel and priority")
    {
        Answer = typeof(ApiShapes.Queue),
        Problems = [401, 403],
    };

    public static readonly ApiOperation CreateTemplate = new("createTemplate", "Templates", "Make a template and publish its first version, or leave it a draft")
    {
        Description = "To be published every variant is compiled with all that it includes; what it includes is fixed at the version of now. Without variables those "
            + "that the content uses are declared for it.",
        IsIdempotent = true,
        Body = typeof(ApiShapes.Template),
        Answer = typeof(ApiShapes.StoredTemplate),
        Status = 201,
        Problems = [400, 401, 403, 409, 413, 415, 422],
        Example = """
            { "key": "welcome", "name": "Welcome", "variables": [ { "name": "customer_name", "type": "string", "required": true } ],
              "variants": [ { "channel": "email", "subject": "Welcome, {{ customer_name }}", "text": "Hello {{ customer_name }}" } ] }
            """,
    };

    public static readonly ApiOperation ListTemplates = new("listTemplates", "Templates", "Templates by key")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredTemplate>),
        Query =
        [
            ("category", "Only of this category."), ("type", "Only of this type."), ("is_active", "Only those that can be sent (true), or those that cannot (false)."),
            Limit, After,
        ],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetTemplate = new("getTemplate", "Templates", "A template by its id or key")
    {
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation UpdateTemplate = new("updateTemplate", "Templates", "Change what is not in the versions: key, name, category, whether it is active")
    {
        Description = "Fields that are left out take their defaults; key and name stay.",
        Body = typeof(ApiShapes.TemplateDetails),
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [400, 401, 403, 404, 409, 412, 413, 415, 422],
        IsConditional = true,
        Example = """
            { "name": "Welcome", "category": "onboarding", "is_active": false }
            """,
    };

    public static readonly ApiOperation DeleteTemplate = new("deleteTemplate", "Templates", "Delete a template; its key is free again")
    {
        Description = "Its versions stay for the notifications and templates that are bound to them.",
        Status = 204,
        Problems = [401, 403, 404, 412, 422],
        IsConditional = true,
    };

    public static readonly ApiOperation RollbackTemplate = new("rollbackTemplate", "Templates", "Put a version in use again that was published before")
    {
        Description = "Without a body the published version before that in use.",
        Body = typeof(ApiShapes.Rollback),
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [400, 401, 403, 404, 412, 415, 422],
        IsConditional = true,
        Example = """
            { "version": 2 }
            """,
    };

    public static readonly ApiOperation CreateTemplateVersion = new("createTemplateVersion", "Templates", "Add a draft of a next version")
    {
        Body = typeof(ApiShapes.TemplateContent),
        Answer = typeof(ApiShapes.TemplateVersion),
        Status = 201,
        Problems = [400, 401, 403, 404, 413, 415, 422],
        IsIdempotent = true,
        Example = """
            { "variables": [ { "name": "customer_name", "type": "string", "required": true, "sample": "Ana" } ],
              "variants": [ { "channel": "email", "subject": "Hello {{ customer_name }}", "html": "<p>Welcome!</p>{% include \"footer\" %}" } ] }
            """,
    };

    public static readonly ApiOperation ListTemplateVersions = new("listTemplateVersions", "Templates", "A template's versions, the newest first, without their content")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.TemplateVersionSummary>),
        Query = [Limit, After],
        Problems = [401, 403, 404, 422],
    };

    public static readonly ApiOperation GetTemplateVersion = new("getTemplateVersion", "Templates", "A version with its content")
    {
        Answer = typeof(ApiShapes.TemplateVersion),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ReplaceTemplateVersion = new("replaceTemplateVersion", "Templates", "Change a draft; a published version never changes")
    {
        Body = typeof(ApiShapes.TemplateContent),
        Answer = typeof(ApiShapes.TemplateVersion),
        Problems = [400, 401, 403, 404, 409, 412, 413, 415, 422],
        IsConditional = true,
        Example = """
            { "variants": [ { "channel": "sms", "text": "Welcome, {{ customer_name }}" } ] }
            """,
    };

    public static readonly ApiOperation PublishTemplateVersion = new("publishTemplateVersion", "Templates", "Check a draft and put it in use")
    {
        Description = "Refused with field, line and column where a variant does not compile, uses a variable that is not declared, or includes what is not there. "
            + "If-Match is about the draft.",
        Answer = typeof(ApiShapes.StoredTemplate),
        Problems = [401, 403, 404, 412, 422],
        IsConditional = true,
    };

    public static readonly ApiOperation DiffTemplateVersions = new("diffTemplateVersions", "Templates", "How one version differs from another, line by line")
    {
        Answer = typeof(ApiShapes.TemplateDiff),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation TestTemplate = new("testTemplate", "Templates", "Render a version with sample data, and send it to an address if asked")
    {
        Description = "The declared samples, with variables in their place. With to the result goes out as an ordinary notification with the tag test; "
            + "that needs the scope messages:write.",
        Body = typeof(ApiShapes.TemplateTestRequest),
        Answer = typeof(ApiShapes.TemplateTest),
        Problems = [400, 401, 403, 404, 413, 415, 422, 503],
        Example = """
            { "version": 3, "channel": "email", "locale": "es-MX", "variables": { "customer_name": "Ana" } }
            """,
        AnswerExample = """
            { "template_id": "tpl_06f8q2k7w1e3r5t7y9v1b3n5m7", "version": 3, "variants": [
              { "channel": "email", "locale": null, "subject": "Hello Ana", "text": null, "html": "<p>Welcome!</p>", "errors": [] } ], "sent": null }
            """,
    };

    public static readonly ApiOperation CreateProvider = new("createProvider", "Providers", "Configure an account at a gateway")
    {
        Body = typeof(ApiShapes.Provider),
        Answer = typeof(ApiShapes.StoredProvider),
        Status = 201,
        Problems = [400, 401, 403, 409, 413, 415, 422],
        IsIdempotent = true,
        Example = """
            { "name": "main-smtp", "channel": "email", "kind": "smtp",
              "settings": { "host": "smtp.example.net", "port": 587, "from_email": "hello@example.net" },
              "credentials": { "username": "hello@example.net", "password": "correct horse" },
              "limits": { "per_second": 10, "per_day": 20000 }, "time_zone": "Europe/Madrid" }
            """,
    };

    public static readonly ApiOperation ListProviders = new("listProviders", "Providers", "The tenant's providers")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.UsedProvider>),
        Query = [("channel", "Only of this channel."), Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation ReplaceProvider = new("replaceProvider", "Providers", "Change a provider: all of it, but channel and kind stay")
    {
        Description = "Fields that are left out take their defaults, except credentials: those that are stored stay, as does each value that is sent masked as it "
            + "was shown. Sends under way end as they began, later ones go by the new settings: nothing is lost, and nothing is restarted.",
        Body = typeof(ApiShapes.Provider),
        Answer = typeof(ApiShapes.StoredProvider),
        Problems = [400, 401, 403, 404, 409, 412, 413, 415, 422],
        IsConditional = true,
        Example = """
            { "name": "main-smtp", "channel": "email", "kind": "smtp",
              "settings": { "host": "smtp.example.net", "port": 465, "from_email": "hello@example.net" },
              "credentials": { "username": "***", "password": "a new one" } }
            """,
    };

    public static readonly ApiOperation SetProviderStatus = new("setProviderStatus", "Providers", "Let a provider serve, or not")
    {
        Body = typeof(ApiShapes.ProviderStatus),
        Answer = typeof(ApiShapes.StoredProvider),
        Problems = [400, 401, 403, 404, 412, 415, 422],
        IsConditional = true,
        Example = """
            { "enabled": false }
            """,
    };

    public static readonly ApiOperation DeleteProvider = new("deleteProvider", "Providers", "Delete a provider with its credentials")
    {
        Description = "Sends under way end; messages that wait go to other providers, or wait until there is one.",
        Status = 204,
        Problems = [401, 403, 404, 412, 422],
        IsConditional = true,
    };

    public static readonly ApiOperation TestProvider = new("testProvider", "Providers", "Send a test message through this provider and wait for its answer")
    {
        Description = "Outside of the pipeline: it is not stored, counted or tried again, and a disabled provider is asked too. After 30 seconds the outcome is unknown.",
        Body = typeof(ApiShapes.ProviderTestRequest),
        Answer = typeof(ApiShapes.ProviderTest),
        Problems = [400, 401, 403, 404, 415, 422],
        Example = """
            { "to": "ana@example.net" }
            """,
        AnswerExample = """
            { "provider_id": "prv_06f8q2k7w1e3r5t7y9v1b3n5m7", "outcome": "unavailable",
              "answer": "535 5.7.8 Username and Password not accepted.", "external_id": null,
              "retry_after_seconds": null, "cost": null, "currency": null, "duration_ms": 412.6,
              "advice": [ "The login was refused: check user name and password. With two-factor authentication many services want an app password." ] }
            """,
    };

    public static readonly ApiOperation ListProviderKinds = new("listProviderKinds", "Providers", "The gateways that there are, with the schema of their settings")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.ProviderKind>),
        Query = [("channel", "Only those that serve this channel.")],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetProvider = new("getProvider", "Providers", "A provider")
    {
        Answer = typeof(ApiShapes.UsedProvider),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation GetProviderDays = new("getProviderDays", "Providers", "How a provider did, day by day")
    {
        Description = "Days of the provider's time zone, UTC where it has none. The figures of all nodes together; those of the last 10 seconds may be missing.",
        Query = [("from", "The first day; by default 6 days before the last."), ("to", "The last day, included; by default 6 days after from, or today.")],
        Answer = typeof(ApiShapes.ProviderDays),
        Problems = [401, 403, 404, 422],
        AnswerExample = """
            { "provider_id": "prv_0192f3a4b5c67d8e9f0a1b2c3d4e5f60", "time_zone": "America/Mexico_City",
              "days": [ { "date": "2026-11-20", "begins_at": "2026-11-20T06:00:00.000Z", "ends_at": "2026-11-21T06:00:00.000Z",
                "sends": 48213, "accepted": 48020, "rejected": 151, "unavailable": 38, "retry_after": 4, "unknown": 0, "success_rate": 0.9991,
                "availability": 0.999412, "observed_seconds": 51034.2, "down_seconds": 30, "p50_ms": 41.8, "p95_ms": 159.4, "p99_ms": 311.3,
                "sent": 48020, "delivered": 47466, "read": 0, "failed": 151, "bounced": 212, "delivery_rate": 0.9885 } ],
              "total": { "begins_at": "2026-11-20T06:00:00.000Z", "ends_at": "2026-11-21T06:00:00.000Z",
                "sends": 48213, "accepted": 48020, "rejected": 151, "unavailable": 38, "retry_after": 4, "unknown": 0, "success_rate": 0.9991,
                "availability": 0.999412, "observed_seconds": 51034.2, "down_seconds": 30, "p50_ms": 41.8, "p95_ms": 159.4, "p99_ms": 311.3,
                "sent": 48020, "delivered": 47466, "read": 0, "failed": 151, "bounced": 212, "delivery_rate": 0.9885 } }
            """,
    };

    public static readonly ApiOperation GetRouting = new("getRouting", "Providers", "The rules by which messages find their provider")
    {
        Answer = typeof(ApiShapes.Routing),
        Problems = [401, 403],
    };

    public static readonly ApiOperation ReplaceRouting = new("replaceRouting", "Providers", "Replace the rules by which messages find their provider")
    {
        Description = "One rule for a channel, and one for each category that is to differ. Without a rule the installation's hold, else priority.",
        Body = typeof(ApiShapes.Routing),
        Answer = typeof(ApiShapes.Routing),
        Problems = [400, 401, 403, 413, 415, 422],
        Example = """
            { "rules": [ { "channel": "sms", "strategy": "least_cost" }, { "channel": "sms", "category": "otp", "strategy": "fastest" } ] }
            """,
    };

    public static readonly ApiOperation GetStops = new("getStops", "Providers", "What is stopped")
    {
        Answer = typeof(ApiShapes.Stops),
        Problems = [401, 403],
    };

    public static readonly ApiOperation ReplaceStops = new("replaceStops", "Providers", "Stop sending, or let it go on")
    {
        Description = "What is named waits, and what is not named goes on, the most urgent first. Nothing is dropped but what expires. With a key of the installation it "
            + "holds for all tenants.",
        Body = typeof(ApiShapes.Stops),
        Answer = typeof(ApiShapes.Stops),
        Problems = [400, 401, 403, 413, 415, 422],
        Example = """
            { "channels": [ "sms" ] }
            """,
    };

    public static readonly ApiOperation CreateSender = new("createSender", "Providers", "Have a domain's mail signed; the answer says what belongs into the DNS")
    {
        Body = typeof(ApiShapes.Sender),
        Answer = typeof(ApiShapes.StoredSender),
        Status = 201,
        Problems = [400, 401, 403, 409, 413, 415, 422],
        Example = """
            { "domain": "example.net" }
            """,
    };

    public static readonly ApiOperation ListSenders = new("listSenders", "Providers", "The tenant's senders, oldest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredSender>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetSender = new("getSender", "Providers", "A sender")
    {
        Answer = typeof(ApiShapes.StoredSender),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation DeleteSender = new("deleteSender", "Providers", "Delete a sender with its key")
    {
        Status = 204,
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ListSimulatorOutbox = new("listSimulatorOutbox", "Providers", "What simulated gateways were given, newest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.SimulatedMessage>),
        Query = [Limit],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation SetUpVendor = new("setUpSimulatedVendor", "Providers", "Set up a vendor's API, simulated, to rehearse with")
    {
        Description = "For keys of the installation. A provider whose base_url is /v1/simulator/vendors/{vendor}/api of this server then speaks with the simulated vendor. What it took before is forgotten.",
        Body = typeof(ApiShapes.SimulatedVendor),
        Status = 204,
        Problems = [400, 401, 403, 404, 415, 422],
        Example = """
            { "secret": "the Auth Token", "failure_rate": 0.02, "report_after_ms": 500 }
            """,
    };

    public static readonly ApiOperation ListVendorMessages = new("listSimulatedVendorMessages", "Providers", "What a simulated vendor took, newest first, and how it reported on it")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.SimulatedVendorMessage>),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ReplyThroughVendor = new("replyThroughSimulatedVendor", "Providers", "Have a person write to one of the account's numbers")
    {
        Body = typeof(ApiShapes.SimulatedReply),
        Answer = typeof(ApiShapes.SimulatedCallback),
        Problems = [400, 401, 403, 404, 415, 422],
        Example = """
            { "from": "+525512345678", "to": "+15557122661", "text": "STOP" }
            """,
    };

    public static readonly ApiOperation CreateKey = new("createKey", "Administration", "Make an API key; it is shown this once")
    {
        Body = typeof(ApiShapes.Key),
        Answer = typeof(ApiShapes.StoredKey),
        Status = 201,
        Problems = [400, 401, 403, 415, 422],
        Example = """
            { "name": "billing system", "scopes": [ "messages:write", "messages:read" ] }
            """,
    };

    public static readonly ApiOperation ListKeys = new("listKeys", "Administration", "The tenant's API keys, without the keys themselves")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredKey>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation RevokeKey = new("revokeKey", "Administration", "Revoke an API key; it is refused within two seconds")
    {
        Status = 204,
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation CreateTenant = new("createTenant", "Administration", "Make a tenant and its first key")
    {
        Body = typeof(ApiShapes.Tenant),
        Answer = typeof(ApiShapes.StoredTenant),
        Status = 201,
        Problems = [400, 401, 403, 409, 415, 422],
        Example = """
            { "key": "acme", "name": "Acme Internet" }
            """,
    };

    public static readonly ApiOperation ListTenants = new("listTenants", "Administration", "The tenants of the installation")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredTenant>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetRequestLimits = new("getRequestLimits", "Administration", "How many requests a tenant may send; null is without a limit")
    {
        Answer = typeof(ApiShapes.RequestLimits),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation PutRequestLimits = new("putRequestLimits", "Administration", "Set how many requests a tenant may send")
    {
        Description = "Counted on each node, by buckets that are filled evenly: a burst of all, then so many in so many seconds. A batch is one request. Counts within two seconds on every node.",
        Body = typeof(ApiShapes.RequestLimits),
        Answer = typeof(ApiShapes.RequestLimits),
        Problems = [400, 401, 403, 404, 415, 422],
    };

    public static readonly ApiOperation ListNodes = new("listNodes", "Operations", "The nodes that work on this installation")
    {
        Description = "Newest first; those that ended within a day are among them. For administrators of the installation.",
        Answer = typeof(ApiShapes.Page<ApiShapes.Node>),
        Problems = [401, 403],
    };

    public static readonly ApiOperation RebuildCounters = new("rebuildCounters", "Operations", "Make the counters anew from the log")
    {
        Description = "Begins it, or tells of the one under way; a node does it beside its work. Quarter hours that ended less than 15 minutes ago are left alone. For administrators of the installation.",
        Answer = typeof(ApiShapes.CounterRebuild),
        Status = 202,
        Problems = [401, 403],
        AnswerExample = """
            { "status": "reading", "progress": 0, "started_at": "2026-11-20T09:31:00.000Z", "finished_at": null, "from": null,
              "until": "2026-11-20T09:15:00.000Z", "messages": 1204311, "messages_read": 0, "quarter_hours": 0, "quarter_hours_done": 0,
              "quarter_hours_left": 0, "counters_changed": 0 }
            """,
    };

    public static readonly ApiOperation GetCounterRebuild = new("getCounterRebuild", "Operations", "How far making the counters anew has come")
    {
        Answer = typeof(ApiShapes.CounterRebuild),
        Problems = [401, 403, 404],
        AnswerExample = """
            { "status": "done", "progress": 1, "started_at": "2026-11-20T09:31:00.000Z", "finished_at": "2026-11-20T09:31:52.114Z", "from": null,
              "until": "2026-11-20T09:15:00.000Z", "messages": 1204311, "messages_read": 1204311, "quarter_hours": 2880, "quarter_hours_done": 2880,
              "quarter_hours_left": 0, "counters_changed": 3 }
            """,
    };

    public static readonly ApiOperation GetHealth = new("getHealth", "Operations", "Whether the process lives") { Answer = typeof(ApiShapes.Health), IsPublic = true };

    public static readonly ApiOperation GetReadiness = new("getReadiness", "Operations", "Whether it can take and deliver: 200, or 503 with what is missing")
    {
        Answer = typeof(ApiShapes.Readiness),
        IsPublic = true,
    };

    public static readonly ApiOperation GetMetrics = new("getMetrics", "Operations", "Figures in the Prometheus text format")
    {
        Answer = typeof(string),
        AnswerType = "text/plain",
        IsPublic = true,
    };
}
