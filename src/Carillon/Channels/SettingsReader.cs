using System.Globalization;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Channels;

/// <summary>
/// Reads a gateway's settings by name and collects every fault under its field's path. A value that is faulty, absent or null
/// reads as null, so that a gateway reads all of its settings first and looks at the faults once. <see cref="Finish"/> names
/// what nobody asked for. A value never stands in a fault: it could be a secret.
/// </summary>
internal sealed class SettingsReader
{
    private readonly JsonElement _json;
    private readonly string _path;
    private readonly List<SettingsFault> _faults;
    private readonly List<string> _known = [];

    /// <param name="path">What stands before the names in faults: <c>settings</c>, <c>credentials</c>.</param>
    public SettingsReader(JsonElement? json, string path, List<SettingsFault> faults)
    {
        _path = path;
        _faults = faults;
        if (json is { ValueKind: JsonValueKind.Object } good) _json = good;
        else if (json is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) }) faults.Add(new(path, "invalid", "It must be an object."));
    }

    /// <summary>A gateway without credentials says so with this.</summary>
    public static void NoCredentials(ProviderSettings settings, List<SettingsFault> faults) =>
        new SettingsReader(settings.Credentials, "credentials", faults).Finish();

    public string? Text(string name, bool required = false, int maxLength = 255)
    {
        if (Find(name) is not { } value)
        {
            if (required) Fault(name, "required", "It is required.");
            return null;
        }

        if (value.ValueKind != JsonValueKind.String) return Invalid<string>(name, "It must be text.");
        var text = value.GetString()!;
        if (required && text.Length == 0)
        {
            Fault(name, "required", "It is required.");
            return null;
        }

        if (text.Length <= maxLength) return text.Length == 0 ? null : text;
        Fault(name, "too_long", string.Create(CultureInfo.InvariantCulture, $"It may have {maxLength} characters at most."));
        return null;
    }

    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => InvalidValue<bool>(name, "It must be true or false."),
    };

    public long? Integer(string name, long min, long max)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number)) return InvalidValue<long>(name, "It must be a whole number.");
        return number >= min && number <= max ? number : OutOfRange<long>(name, min, max);
    }

    public double? Number(string name, double min, double max)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number)) return InvalidValue<double>(name, "It must be a number.");
        return number >= min && number <= max ? number : OutOfRange<double>(name, min, max);
    }

    /// <summary>An amount of money: a decimal string, as the API writes it, or a number. Not negative.</summary>
    public decimal? Money(string name)
    {
        if (Find(name) is not { } value) return null;
        var amount = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDecimal(out var number) => number,
            JsonValueKind.String when decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) => number,
            _ => (decimal?)null,
        };
        if (amount is null) return InvalidValue<decimal>(name, "It must be an amount such as \"0.0075\".");
        if (amount >= 0) return amount;
        Fault(name, "out_of_range", "It must not be negative.");
        return null;
    }

    public T? Choice<T>(string name, WireNames<T> words) where T : struct, Enum
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String && words.TryParse(value.GetString(), out var choice)) return choice;
        return InvalidValue<T>(name, $"It must be one of {words.Choices}.");
    }

    /// <summary>A value whose form the gateway looks at itself; null when absent.</summary>
    public JsonElement? Raw(string name) => Find(name);

    /// <summary>The settings within an object; they are finished by themselves.</summary>
    public SettingsReader Within(string name) => new(Find(name), $"{_path}.{name}", _faults);

    public void Fault(string name, string code, string message) => _faults.Add(new($"{_path}.{name}", code, message));

    /// <summary>Names every field that was not asked for, and the one that was probably meant.</summary>
    public void Finish()
    {
        if (_json.ValueKind != JsonValueKind.Object) return;
        foreach (var property in _json.EnumerateObject())
        {
            if (_known.Contains(property.Name)) continue;
            var meant = _known.MinBy(name => Distance(name, property.Name));
            Fault(property.Name, "unknown_field", meant switch
            {
                null => "There is no such field; none is known here.",
                _ when Distance(meant, property.Name) <= 1 + (meant.Length / 4) => $"There is no such field. Did you mean {meant}?",
                _ => $"There is no such field. Known are {string.Join(", ", _known)}.",
            });
        }
    }

    private JsonElement? Find(string name)
    {
        if (!_known.Contains(name)) _known.Add(name);
        return _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
    }

    private T? Invalid<T>(string name, string message) where T : class
    {
        Fault(name, "invalid", message);
        return null;
    }

    private T? InvalidValue<T>(string name, string message) where T : struct
    {
        Fault(name, "invalid", message);
        return null;
    }

    private T? OutOfRange<T>(string name, object min, object max) where T : struct
    {
        Fault(name, "out_of_range", string.Create(CultureInfo.InvariantCulture, $"It must be between {min} and {max}."));
        return null;
    }

    /// <summary>Levenshtein's distance, with one row.</summary>
    private static int Distance(string a, string b)
    {
        if (b.Length > 64) return int.MaxValue;
        Span<int> row = stackalloc int[65];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
