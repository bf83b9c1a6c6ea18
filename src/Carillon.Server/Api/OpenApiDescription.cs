using System.Text.Json.Nodes;
using Carillon.Server.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Carillon.Server.Api;

/// <summary>Completes the OpenAPI document with what <see cref="ApiOperation"/> says and the framework cannot see.</summary>
internal static class OpenApiDescription
{
    public const string DocumentName = "v1";
    private const string SchemeName = "api_key";

    private static readonly string[] PathNames = ["id", "number", "from", "to"];

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Carillon",
                Version = DocumentName,
                Description = "A self-hosted communications server: one API for every message to a customer. Errors are problem+json (RFC 9457) with a stable type.",
                License = new OpenApiLicense { Name = "MIT" },
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [SchemeName] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: Authorization: Bearer ck_…" },
            };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // What may be null may also be left out: the framework takes every parameter of a record for required.
            foreach (var property in context.JsonTypeInfo.Properties)
            {
                if (property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null) schema.Required?.Remove(property.Name);
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().FirstOrDefault() is { } described)
                Complete(operation, described, context.Description.RelativePath ?? "", context.Document);
            return Task.CompletedTask;
        });
    }

    private static void Complete(OpenApiOperation operation, ApiOperation described, string path, OpenApiDocument? document)
    {
        var parameters = new List<IOpenApiParameter>();
        foreach (var name in PathNames.Where(n => path.Contains($"{{{n}}}", StringComparison.Ordinal)))
            parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Schema = Text() });
        foreach (var (name, description) in described.Query)
            parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = description, Schema = Text() });
        if (described.IsIdempotent)
        {
            parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyHeader.Name,
                In = ParameterLocation.Header,
                Description = "Kept for 24 hours: the same request is answered alike and not done twice.",
                Schema = Text(),
            });
        }

        if (described.IsConditional)
        {
            parameters.Add(new OpenApiParameter
            {
                Name = EntityTag.IfMatch,
                In = ParameterLocation.Header,
                Description = "An ETag: only if it is still so; else 412, and nothing is changed.",
                Schema = Text(),
            });
        }

        operation.Parameters = parameters;
        if (!described.IsPublic) operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, document)] = [] }];
        if (described.Example is not null && operation.RequestBody?.Content is { } bodies && bodies.TryGetValue(MediaType.Json, out var body))
            body.Example = JsonNode.Parse(described.Example);
        if (described.AnswerExample is not null && operation.Responses?[described.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] is { Content: { } answers } && answers.TryGetValue(MediaType.Json, out var answer))
            answer.Example = JsonNode.Parse(described.AnswerExample);
    }

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}
