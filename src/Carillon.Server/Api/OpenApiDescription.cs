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
                License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            };
            document.Servers = [new OpenApiServer { Url = "/", Description = "This server." }];
            foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>()) tag.Description = ApiTags.Describe(tag.Name);
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [SchemeName] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: Authorization: Bearer ck_…" },
            };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // What an entry says besides depends on its kind.
            if (context.JsonTypeInfo.Type == typeof(ApiShapes.TraceEntry)) schema.AdditionalProperties = new OpenApiSchema();
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
            parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = description, Schema = QuerySchema.Of(name) });
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
        operation.Security = described.IsPublic ? [] : [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, document)] = [] }];
        var (sent, answered) = ApiExamples.Of(described);
        if (sent is not null && operation.RequestBody?.Content is { } bodies && bodies.TryGetValue(MediaType.Json, out var body)) body.Example = sent;
        var status = described.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (operation.Responses is not { } responses || !responses.TryGetValue(status, out var response)) return;
        response.Description = described.Summary;
        if (answered is not null && response.Content is { } answers && answers.TryGetValue(MediaType.Json, out var answer)) answer.Example = answered;
        DescribeFiles(operation, described, response);
        foreach (var (code, problem) in responses)
        {
            if (code is not ("429" or "503") || problem is not OpenApiResponse refusal) continue;
            refusal.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            refusal.Headers["Retry-After"] = new OpenApiHeader { Description = "In how many seconds to send it again.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } };
        }
    }

    /// <summary>Files are bytes as they are, or a part of a form; the framework takes them for base64 in JSON.</summary>
    private static void DescribeFiles(OpenApiOperation operation, ApiOperation described, IOpenApiResponse response)
    {
        if (described.Answer == typeof(byte[]) && response.Content is { } contents)
        {
            foreach (var content in contents.Values) content.Schema = Bytes();
        }

        if (described.Body != typeof(byte[]) || operation.RequestBody?.Content is not { } bodies) return;
        foreach (var (type, body) in bodies)
        {
            body.Schema = type != MediaType.Form ? Bytes() : new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string>(StringComparer.Ordinal) { "file" },
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["file"] = Bytes() },
            };
        }
    }

    private static OpenApiSchema Bytes() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}
