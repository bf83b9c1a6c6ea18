using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Api.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>Reads the query of a list: named filters, <c>limit</c> and <c>after</c>, with every fault of them.</summary>
internal sealed class QueryFields(HttpRequest request)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    private readonly List<string> _known = [];
    private List<FieldFault>? _faults;

    public string? Text(string name)
    {
        _known.Add(name);
        if (!request.Query.TryGetValue(name, out var values)) return null;
        if (values.Count == 1 && values[0] is { Length: > 0 and <= NotificationLimits.AddressCharacters } value) return value;
        Fault(name, "invalid", "Give one value, not empty, or leave the filter out.");
        return null;
    }

    public T? Word<T>(string name, WireNames<T> names) where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        if (names.TryParse(text, out var value)) return value;
        Fault(name, "invalid", $"This must be one of: {names.Choices}.");
        return null;
    }

    public bool? Flag(string name)
    {
        if (Text(name) is not { } text) return null;
        if (text is "true" or "false") return text == "true";
        Fault(name, "invalid", "This must be true or false.");
        return null;
    }

    /// <summary>A cursor that is a number from 1.</summary>
    public int? AfterNumber()
    {
        if (Text("after") is not { } text) return null;
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0) return number;
        Fault(Cursor.Field, "invalid", "This must be the value of next from an answer of this list.");
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        // A '+' that was not escaped has become a space: there is only one place where a time may have one.
        if (text.Length > 6 && text[^6] == ' ') text = string.Concat(text.AsSpan(0, text.Length - 6), "+", text.AsSpan(text.Length - 5));
        if (Rfc3339.Parse(System.Text.Encoding.UTF8.GetBytes(text)) is { } time) return time;
        Fault(name, "invalid_time", $"This must be {Rfc3339.Expected}.");
        return null;
    }

    /// <summary>A day of the calendar, as <c>2026-11-20</c>; from 1970 to 2999.</summary>
    public DateOnly? Day(string name)
    {
        if (Text(name) is not { } text) return null;
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", invariant, System.Globalization.DateTimeStyles.None, out var day) && day.Year is >= 1970 and < 3000) return day;
        Fault(name, "invalid_date", "This must be a day such as 2026-11-20.");
        return null;
    }

    public int Limit()
    {
        if (Text("limit") is not { } text) return DefaultLimit;
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit) return limit;
        Fault("limit", "out_of_range", $"This must be a whole number from 1 to {MaxLimit}.");
        return DefaultLimit;
    }

    /// <summary>An id with its prefix.</summary>
    public Guid? Id(string name, string prefix)
    {
        if (Text(name) is not { } text) return null;
        if (PublicId.TryParse(prefix, text, out var id)) return id;
        Fault(name, "invalid", $"This must be an id that begins with {prefix}.");
        return null;
    }

    /// <summary>A cursor that is an id.</summary>
    public Guid? After(string prefix)
    {
        if (Text("after") is not { } text) return null;
        if (PublicId.TryParse(prefix, text, out var id)) return id;
        Fault(Cursor.Field, "invalid", "This must be the value of next from an answer of this list.");
        return null;
    }

    /// <summary>A cursor that is a place in the log.</summary>
    public long? After(CursorList list)
    {
        if (Text("after") is not { } text) return null;
        if (Cursor.TryRead(list, text, out var place)) return place;
        Fault(Cursor.Field, "invalid", "This must be the value of next from an answer of this list.");
        return null;
    }

    /// <summary>A fault of a filter that does not go with another.</summary>
    public void OutOfRange(string name, string message) => Fault(name, "out_of_range", message);

    /// <summary>A fault of a filter that was looked up.</summary>
    public void NotFound(string name, string message) => Fault(name, "not_found", message);

    /// <summary>The problem of the query, names that nobody asked for included; null when there is none.</summary>
    public Problem? Problem()
    {
        foreach (var name in request.Query.Keys)
        {
            if (_known.Contains(name, StringComparer.Ordinal)) continue;
            Fault(name, "unknown_field", Spelling.Nearest(name, _known) is { } nearest
                ? $"There is no such filter: did you mean {nearest}?"
                : $"There is no such filter; there are: {string.Join(", ", _known)}.");
        }

        return _faults is null ? null
            : _faults.TrueForAll(f => f.Field == Cursor.Field) ? new Problem(400, "invalid_cursor", "The cursor is none of this list.") { Errors = _faults }
            : Http.Problem.Invalid(_faults);
    }

    private void Fault(string name, string code, string message) => (_faults ??= []).Add(new FieldFault(name, code, message));
}
