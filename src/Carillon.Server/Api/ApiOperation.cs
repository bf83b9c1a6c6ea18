using Microsoft.AspNetCore.Http.Metadata;

namespace Carillon.Server.Api;

/// <summary>What the OpenAPI document says of a route. The handlers read and write JSON by hand, so that it cannot be found out from them.</summary>
internal sealed record ApiOperation(string Id, string Tag, string Summary)
{
    public string? Description { get; init; }

    /// <summary>The shape of the body, for the document alone; null when there is none.</summary>
    public Type? Body { get; init; }

    /// <summary>Media types of the body.</summary>
    public IReadOnlyList<string> Accepts { get; init; } = [Http.MediaType.Json];

    /// <summary>The shape of the answer, for the document alone.</summary>
    public Type? Answer { get; init; }

    public int Status { get; init; } = 200;

    public string AnswerType { get; init; } = Http.MediaType.Json;

    /// <summary>The filters of a list with what they mean.</summary>
    public IReadOnlyList<(string Name, string Description)> Query { get; init; } = [];

    /// <summary>JSON of a body as people send it; null takes it from <c>ApiExamples.json</c>, if it is there.</summary>
    public string? Example { get; init; }

    /// <summary>JSON of an answer; likewise.</summary>
    public string? AnswerExample { get; init; }

    /// <summary>The statuses of the problems that it answers.</summary>
    public IReadOnlyList<int> Problems { get; init; } = [];

    public bool IsPublic { get; init; }

    public bool IsIdempotent { get; init; }

    /// <summary>Takes If-Match, and answers with an ETag.</summary>
    public bool IsConditional { get; init; }
}

internal static class ApiOperationExtensions
{
    public static void Describe(this IEndpointConventionBuilder route, ApiOperation operation) => route.Add(builder =>
    {
        builder.Metadata.Add(operation);
        // The explorer lists only what has a method; which one does not matter, since all else is said here.
        if (!builder.Metadata.OfType<System.Reflection.MethodInfo>().Any()) builder.Metadata.Add(((Action<HttpContext>)Nothing).Method);
        builder.Metadata.Add(new EndpointNameMetadata(operation.Id));
        builder.Metadata.Add(new TagsAttribute(operation.Tag));
        builder.Metadata.Add(new EndpointSummaryAttribute(operation.Summary));
        if (operation.Description is not null) builder.Metadata.Add(new EndpointDescriptionAttribute(operation.Description));
        if (operation.Body is not null) builder.Metadata.Add(new AcceptsMetadata([.. operation.Accepts], operation.Body));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(operation.Status, operation.Answer ?? typeof(void), operation.Answer is null ? [] : [operation.AnswerType]));
        foreach (var status in operation.IsPublic ? operation.Problems : [.. operation.Problems.Union([401, 403, 429, 503]).Order()]) builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ApiShapes.Problem), [Http.MediaType.Problem]));
    });

    private static void Nothing(HttpContext context)
    {
    }
}
