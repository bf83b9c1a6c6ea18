using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary><c>/v1/senders</c>: the domains of the key's tenant whose mail is signed, with what belongs into the DNS for them.</summary>
internal sealed class SendersApi(CarillonEngine engine)
{
    private const int DomainCharacters = 253;
    // A key of 4,096 bits has 3,300; what is longer is refused for its bits, and this is to bound it.
    private const int KeyBytes = 16 << 10;

    private static readonly FieldNames Fields = new("domain", "selector", "private_key");

    public void Map(ApiEndpoints api)
    {
        api.Post("/v1/senders", Scopes.Providers, CreateAsync).Describe(SenderOperations.CreateSender);
        api.Get("/v1/senders", Scopes.Providers, ListAsync).Describe(SenderOperations.ListSenders);
        api.Get("/v1/senders/{id}", Scopes.Providers, GetAsync).Describe(SenderOperations.GetSender);
        api.Delete("/v1/senders/{id}", Scopes.Providers, DeleteAsync).Describe(SenderOperations.DeleteSender);
    }

    private async Task CreateAsync(HttpContext context, ApiKey key)
    {
        var (draft, problem) = await JsonBody.ReadAsync(context, Read);
        if (draft is not null)
        {
            try
            {
                switch (await engine.Senders.CreateAsync(key.Tenant, draft, context.RequestAborted))
                {
                    case SenderCreation.Created created:
                        context.Response.Headers.Location = "/v1/senders/" + PublicId.Format(PublicId.Sender, created.Sender.Id);
                        JsonAnswer.Write(context, 201, created.Sender, Write);
                        return;
                    case SenderCreation.Refused refused:
                        problem = Problem.Invalid(refused.Faults);
                        break;
                }
            }
            catch (DuplicateKeyException e)
            {
                problem = Problem.Duplicate(e);
            }
        }

        problem!.WriteTo(context);
    }

    private async Task ListAsync(HttpContext context, ApiKey key)
    {
        var fields = new QueryFields(context.Request);
        var (limit, after) = (fields.Limit(), fields.After(PublicId.Sender));
        if (fields.Problem() is { } problem)
        {
            problem.WriteTo(context);
            return;
        }

        var senders = (await engine.Storage.Senders.ListAsync(key.Tenant, context.RequestAborted))
            .Where(s => after is null || s.Id.CompareTo(after.Value) > 0).Take(limit + 1).ToList();
        var next = senders.Count > limit ? PublicId.Format(PublicId.Sender, senders[limit - 1].Id) : null;
        JsonAnswer.WriteList(context, senders.Take(limit), next, Write);
    }

    private async Task GetAsync(HttpContext context, ApiKey key)
    {
        var found = RouteId.TryRead(context, PublicId.Sender, out var id)
            ? (await engine.Storage.Senders.ListAsync(key.Tenant, context.RequestAborted)).FirstOrDefault(s => s.Id == id)
            : null;
        if (found is null) Problem.NotFound("No sender has this id.").WriteTo(context);
        else JsonAnswer.Write(context, 200, found, Write);
    }

    private async Task DeleteAsync(HttpContext context, ApiKey key)
    {
        var deleted = RouteId.TryRead(context, PublicId.Sender, out var id) && await engine.Senders.DeleteAsync(key.Tenant, id, context.RequestAborted);
        if (deleted) context.Response.StatusCode = 204;
        else Problem.NotFound("No sender has this id.").WriteTo(context);
    }

    private static SenderDraft Read(ref FieldReader reader)
    {
        string? domain = null, selector = null, privateKey = null;
        if (!reader.EnterObject(out var outer)) return new SenderDraft { Domain = "" };
        ulong seen = 0;
        while (reader.NextField(Fields, ref seen, out var field))
        {
            if (field == 0) domain = reader.Text(DomainCharacters, TextRule.Identifier);
            else if (field == 1) selector = reader.Text(DomainCharacters, TextRule.Identifier);
            else privateKey = reader.Text(KeyBytes, TextRule.Content);
        }

        if ((seen & 1) == 0) reader.FaultAt("domain", "required", "Give the domain from which mail is sent, such as example.net.");
        reader.Leave(outer);
        return new SenderDraft { Domain = domain ?? "", Selector = selector ?? SenderDraft.DefaultSelector, PrivateKey = privateKey };
    }

    private static void Write(Utf8JsonWriter json, SenderDomain sender)
    {
        json.WriteStartObject();
        json.WriteId("id"u8, "snd_"u8, sender.Id);
        json.WriteString("domain"u8, sender.Domain);
        json.WriteString("selector"u8, sender.Selector);
        json.WriteStartObject("dns_record"u8);
        json.WriteString("name"u8, sender.DnsName);
        json.WriteString("type"u8, "TXT"u8);
        json.WriteString("value"u8, sender.DnsValue);
        json.WriteEndObject();
        json.WriteTime("created_at"u8, sender.CreatedAt);
        json.WriteEndObject();
    }
}
