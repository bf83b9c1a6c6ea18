using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/messages</c>: the log.</summary>
internal sealed class MessagesApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/messages", Scopes.Read, ListAsync).Describe(MessageOperations.ListMessages);
        api.Get("/v1/messages/{id}", Scopes.Read, GetAsync).Describe(MessageOperations.GetMessage);
        api.Post("/v1/messages/{id}/retry", Scopes.Send, RetryAsync).Describe(MessageOperations.RetryMessage);
        api.Get("/v1/messages/{id}/content", Scopes.Read, GetContentAsync).Describe(MessageOperations.GetMessageContent);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var query = new MessageQuery
        {
            Tenant = key.Tenant,
            Status = fields.Word("status", MessageStatusNames.All),
            Channel = fields.Word("channel", ChannelNames.All),
            ContactId = fields.Text("recipient_id"),
            Address = fields.Text("address"),
            TemplateId = await TemplateAsync(fields, key.Tenant, context.RequestAborted),
            Category = fields.Text("category"),
            ProviderId = fields.Id("provider_id", PublicId.Provider),
            RelatedType = fields.Text("related_type"),
            RelatedId = fields.Text("related_id"),
            BatchId = fields.Id("batch_id", PublicId.Batch),
            Direction = fields.Word("direction", MessageDirectionNames.All),
            CreatedAfter = fields.Time("created_after"),
            CreatedBefore = fields.Time("created_before"),
            After = fields.After(CursorList.Messages),
            Limit = fields.Limit(),
        };
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var page = await engine.Storage.Log.ListMessagesAsync(query, context.RequestAborted);
        JsonAnswer.WriteList(context, page.Items, Cursor.Of(CursorList.Messages, page.Next), StoredAnswers.WriteMessage);
    }

    /// <summary>A template by its id or key; one that is not there is a fault, so that a misspelt key is not taken for an empty log.</summary>
    private async ValueTask<Guid?> TemplateAsync(QueryFields fields, TenantId tenant, CancellationToken cancellationToken)
    {
        if (fields.Text("template_id") is not { } text) return null;
        if (await engine.Templates.GetAsync(tenant, text, cancellationToken) is { } template) return template.Id;
        fields.NotFound("template_id", "No template has this id or key.");
        return null;
    }

    private async Task RetryAsync(HttpContext context, ApiKey key)
    {
        var result = RouteId.TryRead(context, PublicId.Message, out var id)
            ? await engine.RetryAsync(key.Tenant, id, PublicId.Format(PublicId.Key, key.Id), context.RequestAborted)
            : new RetryResult.NotFound();
        switch (result)
        {
            case RetryResult.Queued:
                JsonAnswer.Write(context, 202, id, static (json, state) =>
                {
                    json.WriteStartObject();
                    json.WriteId("id"u8, "msg_"u8, state);
                    json.WriteString("status"u8, MessageStatus.Queued.Name());
                    json.WriteEndObject();
                });
                break;
            case RetryResult.Refused refused:
                RetryAnswer.ProblemOf(refused).WriteTo(context);
                break;
            default:
                NotFound(context);
                break;
        }
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var message = RouteId.TryRead(context, PublicId.Message, out var id) ? await engine.Storage.Log.GetMessageAsync(key.Tenant, id, context.RequestAborted) : null;
        if (message is null)
        {
            NotFound(context);
            return;
        }

        var events = await engine.Storage.Log.EventsAsync(key.Tenant, id, context.RequestAborted);
        var wait = await engine.Waits.ReadAsync(message, context.RequestAborted);
        JsonAnswer.Write(context, 200, new MessageAnswer(message, wait, events, NameOf), MessageAnswer.Write);
    }

    /// <summary>A provider that is gone is called by its id.</summary>
    private string NameOf(string providerId)
    {
        if (!PublicId.TryParse(PublicId.Provider, providerId, out var id)) return providerId;
        return ProviderCatalog.IsBuiltIn(id) ? "the built-in simulator" : engine.Providers.Find(id)?.Provider.Name ?? providerId;
    }

    private async Task GetContentAsync(HttpContext context, ApiKey key)
    {
        var view = RouteId.TryRead(context, PublicId.Message, out var id) ? await engine.Contents.ReadAsync(key.Tenant, id, context.RequestAborted) : null;
        if (view is null)
        {
            NotFound(context);
            return;
        }

        JsonAnswer.Write(context, 200, (id, view), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteId("message_id"u8, "msg_"u8, state.id);
            json.WriteString("subject"u8, state.view.Subject);
            json.WriteString("text"u8, state.view.Text);
            json.WriteString("html"u8, state.view.Html);
            if (state.view.Unchanged is { } unchanged) json.WriteBoolean("unchanged"u8, unchanged);
            else json.WriteNull("unchanged"u8);
            json.WriteString("unavailable"u8, state.view.Unavailable);
            json.WriteEndObject();
        });
    }

    private static void NotFound(HttpContext context) => Problem.NotFound("No message has this id.").WriteTo(context);
}
