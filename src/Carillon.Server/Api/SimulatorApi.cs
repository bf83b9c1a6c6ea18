using Carillon.Channels.Simulator;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary><c>/v1/simulator/outbox</c>: what the simulated gateways were given, newest first.</summary>
internal sealed class SimulatorApi(CarillonEngine engine)
{
    public void Map(ApiEndpoints api) => api.Get("/v1/simulator/outbox", Scopes.Read, ListAsync).Describe(SimulatorOperations.ListSimulatorOutbox);

    private Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var limit = fields.Limit();
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return Task.CompletedTask;
        }

        JsonAnswer.WriteList(context, engine.Outbox.List(key.Tenant, limit), null, static (json, message) =>
        {
            json.WriteStartObject();
            json.WriteId("message_id"u8, "msg_"u8, message.MessageId);
            json.WriteString("channel"u8, message.Channel.Name());
            json.WriteString("provider"u8, message.Provider);
            json.WriteString("address"u8, message.Address);
            json.WriteString("subject"u8, message.Subject);
            json.WriteString("text"u8, message.Text);
            json.WriteString("html"u8, message.Html);
            json.WriteNumber("attempt"u8, message.Attempt);
            json.WriteString("outcome"u8, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(message.Outcome.ToString()));
            json.WriteString("answer"u8, message.Answer);
            json.WriteTime("at"u8, message.At);
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }
}
