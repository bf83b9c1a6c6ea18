using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Carillon.Messages;

namespace Carillon.Channels.Http;

/// <summary>What a gateway's answers mean, as its settings say.</summary>
internal sealed record DescribedAnswers
{
    /// <summary>Members of a JSON Schema's properties.</summary>
    public const string SchemaProperties = """
            "answer_pattern": {
              "type": "string", "title": "Pattern of a text answer", "maxLength": 1000,
              "description": "A regular expression with the groups id, code, error or status, in place of the paths."
            },
            "id_path": {
              "type": "string", "title": "Where the id is", "maxLength": 200,
              "description": "A path in the JSON answer, such as messages.0.id or /messages/0/id; so are the others."
            },
            "success_path": {
              "type": "string", "title": "Where success is told", "maxLength": 200,
              "description": "Without it any status of 200 to 299 is success, unless the code means something else."
            },
            "success_values": {
              "type": "array", "title": "What success is called", "maxItems": 20, "items": { "type": "string" }, "default": ["true"]
            },
            "code_path": {
              "type": "string", "title": "Where the error's code is", "maxLength": 200
            },
            "error_path": {
              "type": "string", "title": "Where the error's text is", "maxLength": 200
            },
            "outcomes": {
              "type": "object", "title": "What codes mean", "maxProperties": 200,
              "description": "By code, or by status as in http_409.",
              "additionalProperties": { "enum": ["accepted", "rejected", "unavailable", "throttled", "unknown"] }
            },
            "other_errors": {
              "type": "string", "title": "What other errors mean", "enum": ["rejected", "unavailable", "throttled", "unknown"], "default": "unavailable",
              "description": "For an answer of status 200 to 299 that is no success and whose code is not among the outcomes."
            },
        """;

    private const string StatusPrefix = "http_";
    private const int MaxIdLength = 255;

    /// <summary>Groups of a pattern.</summary>
    private const string Id = "id", Code = "code", Error = "error", Status = "status";

    private static readonly WireNames<SendOutcome> Errors = new(
        (SendOutcome.Rejected, "rejected"), (SendOutcome.Unavailable, "unavailable"), (SendOutcome.RetryAfter, "throttled"), (SendOutcome.Unknown, "unknown"));

    private static readonly WireNames<SendOutcome> Outcomes = new(
        (SendOutcome.Accepted, "accepted"), (SendOutcome.Rejected, "rejected"), (SendOutcome.Unavailable, "unavailable"),
        (SendOutcome.RetryAfter, "throttled"), (SendOutcome.Unknown, "unknown"));

    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(200);

    private Regex? Pattern { get; init; }

    private JsonPath? IdPath { get; init; }

    private JsonPath? SuccessPath { get; init; }

    private JsonPath? CodePath { get; init; }

    private JsonPath? ErrorPath { get; init; }

    private IReadOnlyList<string> SuccessValues { get; init; } = ["true"];

    private FrozenDictionary<string, SendOutcome> Meanings { get; init; } = FrozenDictionary<string, SendOutcome>.Empty;

    private SendOutcome OtherErrors { get; init; }

    /// <summary>The credential, which a gateway may echo; it never stands in what is kept.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether only the body says if a message was taken.</summary>
    private bool NeedsBody => Pattern is not null || SuccessPath is not null || CodePath is not null;

    public static DescribedAnswers Read(SettingsReader reader)
    {
        var pattern = ReadPattern(reader);
        var answers = new DescribedAnswers
        {
            Pattern = pattern,
            IdPath = ReadPath(reader, "id_path", pattern),
            SuccessPath = ReadPath(reader, "success_path", pattern),
            CodePath = ReadPath(reader, "code_path", pattern),
            ErrorPath = ReadPath(reader, "error_path", pattern),
            SuccessValues = ReadValues(reader),
            Meanings = ReadMeanings(reader),
            OtherErrors = reader.Choice("other_errors", Errors) ?? SendOutcome.Unavailable,
        };
        return answers;
    }

    public SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var found = Find(answer);
        if (MeaningOf(answer.Status, found?.Code) is { } meaning) return Result(meaning, answer, found ?? default);
        if (!answer.IsSuccess) return HttpOutcomes.Of(answer, Masked(Words(found)));
        if (!NeedsBody) return Result(SendOutcome.Accepted, answer, found ?? default);
        if (found is not { } said) return SendResult.Unknown($"{HttpOutcomes.Text(answer)} The answer is not what the settings describe.");
        return Result(IsSuccess(said) ? SendOutcome.Accepted : OtherErrors, answer, said);
    }

    /// <summary>
    /// By the word for success where the settings say where it is; else whether there is no code, for codes are then of errors: that of
    /// success, if there is one, stands among the outcomes.
    /// </summary>
    private bool IsSuccess(in Said said)
    {
        if (said.Status is { } status) return SuccessValues.Contains(status, StringComparer.OrdinalIgnoreCase);
        return SuccessPath is null && said.Code is null;
    }

    private SendResult Result(SendOutcome outcome, HttpAnswer answer, in Said said)
    {
        var text = HttpOutcomes.Text(answer, Masked(Words(said)));
        return outcome switch
        {
            SendOutcome.Accepted => SendResult.Accepted(text, said.Id),
            SendOutcome.RetryAfter => SendResult.Throttled(text, answer.RetryAfter),
            _ => new SendResult(outcome, text),
        };
    }

    /// <summary>What the settings say of a code, else of a status.</summary>
    private SendOutcome? MeaningOf(int status, string? code)
    {
        if (Meanings.Count == 0) return null;
        if (code is not null && Meanings.TryGetValue(code, out var meaning)) return meaning;
        return Meanings.TryGetValue(StatusPrefix + status.ToString(CultureInfo.InvariantCulture), out meaning) ? meaning : null;
    }

    private static string? Words(Said? said) => said is not { } some ? null
        : some.Code is null ? some.Error
        : some.Error is null ? some.Code
        : $"{some.Code} {some.Error}";

    private string? Masked(string? words) => words is null || Secret is not { Length: >= 4 } secret ? words : words.Replace(secret, "••••", StringComparison.Ordinal);

    /// <summary>What the body says; null when it is not of the form that the settings describe.</summary>
    private Said? Find(HttpAnswer answer)
    {
        if (Pattern is not null) return FindInText(answer);
        if (IdPath is null && SuccessPath is null && CodePath is null && ErrorPath is null) return null;
        if (!answer.IsWhole) return null;
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            return new Said(Bounded(IdPath?.Find(root)), CodePath?.Find(root), ErrorPath?.Find(root), SuccessPath?.Find(root));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private Said? FindInText(HttpAnswer answer)
    {
        try
        {
            var match = Pattern!.Match(Encoding.UTF8.GetString(answer.Body.Span));
            return match.Success ? new Said(Bounded(Group(match, Id)), Group(match, Code), Group(match, Error), Group(match, Status)) : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true, Length: > 0 } group ? group.Value : null;

    private static string? Bounded(string? id) => id is { Length: > 0 and <= MaxIdLength } ? id : null;

    private static JsonPath? ReadPath(SettingsReader reader, string name, Regex? pattern)
    {
        if (reader.Text(name, maxLength: 200) is not { } text) return null;
        if (pattern is not null) reader.Fault(name, "conflict", "answer_pattern says where it is; leave one of the two out.");
        if (JsonPath.TryParse(text) is { } path) return path;
        reader.Fault(name, "invalid", "It must be a path such as messages.0.id or /messages/0/id.");
        return null;
    }

    private static Regex? ReadPattern(SettingsReader reader)
    {
        const string name = "answer_pattern";
        if (reader.Text(name, maxLength: 1000) is not { } text) return null;
        try
        {
            // Without backtracking no pattern can be made to take long by an answer.
            var pattern = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternTimeout);
            if (pattern.GetGroupNames().Any(g => g is Id or Code or Error or Status)) return pattern;
            reader.Fault(name, "invalid", "It must have at least one of the groups (?<id>…), (?<code>…), (?<error>…), (?<status>…).");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            reader.Fault(name, "invalid", "It must be a regular expression, without lookarounds and backreferences.");
        }

        return null;
    }

    private static IReadOnlyList<string> ReadValues(SettingsReader reader)
    {
        const string name = "success_values";
        if (reader.Raw(name) is not { } json) return ["true"];
        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() is > 0 and <= 20 && json.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
            return [.. json.EnumerateArray().Select(v => v.GetString()!)];
        reader.Fault(name, "invalid", "It must be a list of 1 to 20 texts.");
        return [];
    }

    private static FrozenDictionary<string, SendOutcome> ReadMeanings(SettingsReader reader)
    {
        const string name = "outcomes";
        var meanings = new Dictionary<string, SendOutcome>(StringComparer.Ordinal);
        if (reader.Raw(name) is not { } json) return FrozenDictionary<string, SendOutcome>.Empty;
        if (json.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(name, "invalid", "It must be an object of codes and what they mean.");
            return FrozenDictionary<string, SendOutcome>.Empty;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String && Outcomes.TryParse(property.Value.GetString(), out var outcome)) meanings[property.Name] = outcome;
            else reader.Fault($"{name}.{property.Name}", "invalid", $"It must be one of {Outcomes.Choices}.");
        }

        if (meanings.Count > 200) reader.Fault(name, "too_many", "At most 200 codes are allowed.");
        return meanings.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private readonly record struct Said(string? Id, string? Code, string? Error, string? Status);
}
