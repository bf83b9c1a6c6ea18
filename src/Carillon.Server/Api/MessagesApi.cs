using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/messages</c>: the log.</summary>
internal sealed class MessagesApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api)
    {
        api.Get("/v1/messages", Scopes.Read, ListAsync).Describe(ApiOperations.ListMessages);
        api.Get("/v1/messages/{id}", Scopes.Read, GetAsync).Describe(ApiOperations.GetMessage);
        api.Get("/v1/messages/{id}/content", Scopes.Read, GetContentAsync).Describe(ApiOperations.GetMessageContent);
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
            CreatedAfter = fields.Time("created_after"),
            CreatedBefore = fields.Time("created_before"),
            After = fields.After(PublicId.Message),
            Limit = fields.Limit(),
        };
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        // One more than is shown tells whether there is a next page.
        var messages = await engine.Storage.Log.ListMessagesAsync(query with { Limit = query.Limit + 1 }, context.RequestAborted);
        var next = messages.Count > query.Limit ? PublicId.Format(PublicId.Message, messages[query.Limit - 1].Id) : null;
        JsonAnswer.WriteList(context, messages.Take(query.Limit), next, StoredAnswers.WriteMessage);
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
        JsonAnswer.Write(context, 200, (message, events), StoredAnswers.WriteMessageWithTrace);
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
