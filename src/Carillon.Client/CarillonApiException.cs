using System.Net;

namespace Carillon.Client;

/// <summary>The server has answered, and refused. <see cref="Type"/> is stable: a program may go by it.</summary>
public sealed class CarillonApiException : Exception
{
    internal CarillonApiException(HttpStatusCode status, ApiProblem problem, TimeSpan? retryAfter)
        : base(Describe(problem))
    {
        Status = status;
        Problem = problem;
        RetryAfter = retryAfter;
    }

    public HttpStatusCode Status { get; }

    /// <summary>The problem (RFC 9457) as it was answered; made up from the status where a proxy answered something else.</summary>
    public ApiProblem Problem { get; }

    /// <summary>A slug such as <c>/problems/invalid_request</c>.</summary>
    public string Type => Problem.Type;

    /// <summary>Every fault of the request; empty when it is not about fields.</summary>
    public IReadOnlyList<ApiFault> Errors => Problem.Errors ?? [];

    /// <summary>By which the server's log knows the request.</summary>
    public string? RequestId => Problem.RequestId;

    /// <summary>When to come back; null when the server did not say.</summary>
    public TimeSpan? RetryAfter { get; }

    private static string Describe(ApiProblem problem)
    {
        var text = problem.Detail is null ? problem.Title : $"{problem.Title} {problem.Detail}";
        foreach (var fault in problem.Errors ?? []) text += fault.Field.Length == 0 ? $" {fault.Message}" : $" {fault.Field}: {fault.Message}";
        return text;
    }
}

/// <summary>A problem as the server tells it (RFC 9457).</summary>
public sealed record ApiProblem
{
    /// <summary>Stable: <c>/problems/…</c>; docs/api.md lists them.</summary>
    public string Type { get => field ?? "about:blank"; init; }

    public string Title { get => field ?? ""; init; }

    public int Status { get; init; }

    public string? Detail { get; init; }

    public string? RequestId { get; init; }

    public IReadOnlyList<ApiFault>? Errors { get; init; }
}

/// <summary>One fault of a request: the path of the field (empty for the whole), a stable code, and what to do about it.</summary>
public sealed record ApiFault(string Field, string Code, string Message);
