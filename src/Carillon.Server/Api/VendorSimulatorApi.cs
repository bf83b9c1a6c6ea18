using System.Text.Json;
using Carillon.Channels.Simulator.Vendors;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>
/// <c>/v1/simulator/vendors/{vendor}</c>: the vendors' own APIs, simulated, for the administrators of the installation; below
/// <c>…/api</c> the vendor itself, for the credentials that it takes.
/// </summary>
internal sealed class VendorSimulatorApi(CarillonEngine engine)
{
    private const int SettingsBytes = 16 << 10;
    private const long RequestBytes = 4 << 20;
    private const int TextCharacters = 4000;

    private static readonly FieldNames ReplyFields = new("from", "to", "text");

    private sealed record Settings(JsonElement? Json);

    private sealed record Reply(string From, string To, string Text);

    public void Map(ApiEndpoints api, IEndpointRouteBuilder routes)
    {
        api.Put("/v1/simulator/vendors/{vendor}", Scopes.Admin, SetUpAsync).Describe(SimulatorOperations.SetUpVendor);
        api.Get("/v1/simulator/vendors/{vendor}/messages", Scopes.Admin, ListAsync).Describe(SimulatorOperations.ListVendorMessages);
        api.Post("/v1/simulator/vendors/{vendor}/replies", Scopes.Admin, ReplyAsync).Describe(SimulatorOperations.ReplyThroughVendor);
        routes.MapMethods("/v1/simulator/vendors/{vendor}/api/{**path}", ["GET", "POST"], (RequestDelegate)AnswerAsync).ExcludeFromDescription();
    }

    private async Task SetUpAsync(HttpContext context, ApiKey key)
    {
        if (IsForbidden(context, key)) return;
        var (settings, problem) = await JsonBody.ReadAsync(context, static (ref FieldReader reader) => new Settings(reader.Element(SettingsBytes)));
        if (settings?.Json is { } json)
        {
            switch (engine.VendorSimulators.SetUp(VendorOf(context), json))
            {
                case null:
                    problem = NoVendor();
                    break;
                case { Count: > 0 } faults:
                    problem = Problem.Invalid([.. faults.Select(f => new FieldFault(f.Field["settings".Length..].TrimStart('.'), f.Code, f.Message))]);
                    break;
                default:
                    context.Response.StatusCode = 204;
                    return;
            }
        }

        (problem ?? Problem.Invalid("", "invalid", "It must be an object.")).WriteTo(context);
    }

    private Task ListAsync(HttpContext context, ApiKey key)
    {
        if (IsForbidden(context, key)) return Task.CompletedTask;
        if (engine.VendorSimulators.Messages(VendorOf(context)) is { } messages) JsonAnswer.WriteList(context, messages, null, Write);
        else NoVendor().WriteTo(context);
        return Task.CompletedTask;
    }

    private async Task ReplyAsync(HttpContext context, ApiKey key)
    {
        if (IsForbidden(context, key)) return;
        var (reply, problem) = await JsonBody.ReadAsync(context, ReadReply);
        if (reply is not null)
        {
            var answer = await engine.VendorSimulators.ReplyAsync(VendorOf(context), reply.From, reply.To, reply.Text, context.RequestAborted);
            if (answer is not null)
            {
                JsonAnswer.Write(context, 200, answer, static (json, answer) =>
                {
                    json.WriteStartObject();
                    json.WriteString("callback"u8, answer);
                    json.WriteEndObject();
                });
                return;
            }

            problem = NoVendor();
        }

        problem!.WriteTo(context);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context, RequestBytes);
        VendorReply? reply;
        try
        {
            var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            var request = new VendorRequest(context.Request.Method, "/" + context.Request.RouteValues["path"], headers, body.Memory)
            {
                Target = context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent(),
            };
            reply = await engine.VendorSimulators.AnswerAsync(VendorOf(context), request, context.RequestAborted);
        }
        finally
        {
            body.Release();
        }

        if (reply is null)
        {
            NoVendor().WriteTo(context);
            return;
        }

        if (reply.IsLost)
        {
            context.Abort();
            return;
        }

        if (reply.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (reply.Header is { } header) context.Response.Headers[header.Name] = header.Value;
        JsonAnswer.Write(context, reply.Status, System.Text.Encoding.UTF8.GetBytes(reply.Body), reply.ContentType);
    }

    private static Reply ReadReply(ref FieldReader reader)
    {
        string?[] values = new string?[3];
        ulong seen = 0;
        if (!reader.EnterObject(out var outer)) return new Reply("", "", "");
        while (reader.NextField(ReplyFields, ref seen, out var field))
            values[field] = reader.Text(field == 2 ? TextCharacters : NotificationLimits.AddressCharacters, field == 2 ? TextRule.Content : TextRule.Identifier);
        for (var i = 0; i < values.Length; i++)
        {
            if ((seen & (1UL << i)) == 0) reader.FaultAt(ReplyFields[i], "required", "It is required.");
        }

        reader.Leave(outer);
        return new Reply(values[0] ?? "", values[1] ?? "", values[2] ?? "");
    }

    private static void Write(Utf8JsonWriter json, VendorMessage message)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, message.Id);
        json.WriteString("from"u8, message.From);
        json.WriteString("to"u8, message.To);
        json.WriteString("text"u8, message.Text);
        json.WriteString("reference"u8, message.Reference);
        json.WriteTime("at"u8, message.At);
        json.WriteStartArray("reports"u8);
        foreach (var report in message.Reports) json.WriteStringValue(report);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string VendorOf(HttpContext context) => (string?)context.Request.RouteValues["vendor"] ?? "";

    private Problem NoVendor() => Problem.NotFound($"No simulated vendor of this name has been set up; there are {string.Join(", ", engine.VendorSimulators.Names)}.");

    private static bool IsForbidden(HttpContext context, ApiKey key)
    {
        if (key.Tenant == TenantId.Installation) return false;
        Problem.Forbidden("Only a key of the installation with the scope admin may set up simulated vendors.").WriteTo(context);
        return true;
    }
}
