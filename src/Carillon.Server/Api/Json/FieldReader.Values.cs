using System.Buffers;
using System.Text;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Server.Api.Json;

/// <content>Values: each is read, or is a fault and null.</content>
internal ref partial struct FieldReader
{
    /// <param name="maxLength">In characters; for <see cref="TextRule.Content"/> in bytes of UTF-8.</param>
    public string? Text(int maxLength, TextRule rule)
    {
        if (_json.TokenType != JsonTokenType.String)
        {
            WrongType("a string");
            return null;
        }

        // Escapes are at most six bytes a character: what is longer than that needs no decoding to be too long.
        if (_json.ValueSpan.Length > 6L * maxLength) return TooLong(maxLength, rule);
        var text = TryDecode();
        if (text is null)
        {
            Fault("invalid_unicode", "This text is not valid Unicode (bytes that are no UTF-8, or half a surrogate pair): encode it as UTF-8.");
            return null;
        }

        if (rule == TextRule.Content)
        {
            if (_json.ValueSpan.Length > maxLength && Encoding.UTF8.GetByteCount(text) > maxLength) return TooLong(maxLength, rule);
            if (text.Contains('\0'))
            {
                Fault("invalid_character", "NUL characters cannot be sent: remove them.");
                return null;
            }

            return text;
        }

        if (text.Length > maxLength) return TooLong(maxLength, rule);
        if (text.AsSpan().ContainsAny(rule == TextRule.Line ? ControlsButTab : Controls))
        {
            Fault("invalid_character", "Line breaks and other control characters are not allowed here: remove them.");
            return null;
        }

        if (rule == TextRule.Identifier && text.Length == 0)
        {
            Fault("invalid", "This must not be empty: give a value, or leave the field out.");
            return null;
        }

        return text;
    }

    /// <summary>One of the words of an enumeration.</summary>
    public T? Word<T>(WireNames<T> names) where T : struct, Enum
    {
        if (_json.TokenType == JsonTokenType.String)
        {
            Span<char> buffer = stackalloc char[32];
            if (_json.ValueSpan.Length <= buffer.Length && !_json.ValueIsEscaped
                && Encoding.UTF8.TryGetChars(_json.ValueSpan, buffer, out var length) && names.TryParse(buffer[..length], out var value)) return value;
            // Escapes in such a word are legal, if odd.
            if (_json.ValueIsEscaped && TryDecode() is { } text && names.TryParse(text, out value)) return value;
        }

        Fault(_json.TokenType == JsonTokenType.String ? "invalid" : "wrong_type", $"This must be one of: {names.Choices}.");
        _json.Skip();
        return null;
    }

    public bool? Flag()
    {
        if (_json.TokenType is JsonTokenType.True or JsonTokenType.False) return _json.GetBoolean();
        WrongType("true or false");
        return null;
    }

    public int? Integer(int least, int most)
    {
        if (_json.TokenType != JsonTokenType.Number)
        {
            WrongType("a whole number");
            return null;
        }

        if (_json.TryGetInt32(out var value) && value >= least && value <= most) return value;
        Fault("out_of_range", $"This must be a whole number from {least} to {most}.");
        return null;
    }

    public DateTimeOffset? Time()
    {
        if (_json.TokenType == JsonTokenType.String && !_json.ValueIsEscaped && Rfc3339.Parse(_json.ValueSpan) is { } time) return time;
        // A '+' may come escaped from careful encoders.
        if (_json.TokenType == JsonTokenType.String && _json.ValueIsEscaped && TryDecode() is { } text && Rfc3339.Parse(Encoding.UTF8.GetBytes(text)) is { } decoded)
            return decoded;
        Fault(_json.TokenType == JsonTokenType.String ? "invalid_time" : "wrong_type", $"This must be {Rfc3339.Expected}.");
        _json.Skip();
        return null;
    }

    public TimeSpan? Duration(TimeSpan least, TimeSpan most)
    {
        var duration = _json.TokenType == JsonTokenType.String && !_json.ValueIsEscaped ? Iso8601Duration.Parse(_json.ValueSpan) : null;
        if (duration is null)
        {
            Fault(_json.TokenType == JsonTokenType.String ? "invalid_duration" : "wrong_type", $"This must be {Iso8601Duration.Expected}.");
            _json.Skip();
            return null;
        }

        if (duration >= least && duration <= most) return duration;
        Fault("out_of_range", $"This must be from {Iso8601Duration.Format(least)} to {Iso8601Duration.Format(most)}.");
        return null;
    }

    /// <summary>A JSON object as it stands in the buffer: no copy.</summary>
    public ReadOnlyMemory<byte> RawObject(int maxBytes)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            WrongType("an object");
            return default;
        }

        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        var raw = _buffer[start..(int)_json.BytesConsumed];
        if (raw.Length > maxBytes)
        {
            Fault("too_long", $"This is {raw.Length:N0} bytes of JSON; at most {maxBytes:N0} are allowed.");
            return default;
        }

        if (JsonText.IsDecodable(raw.Span)) return raw;
        Fault("invalid_unicode", "A text in here is not valid Unicode (bytes that are no UTF-8, or half a surrogate pair): encode it as UTF-8.");
        return default;
    }

    /// <summary>A JSON object of the caller's own, copied.</summary>
    public JsonElement? Element(int maxBytes)
    {
        var raw = RawObject(maxBytes);
        return raw.IsEmpty ? null : JsonElement.Parse(raw.Span);
    }

    /// <summary>Any JSON value, copied.</summary>
    public JsonElement? Any(int maxBytes)
    {
        if (_json.TokenType == JsonTokenType.StartObject) return Element(maxBytes);
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        var raw = _buffer.Span[start..(int)_json.BytesConsumed];
        if (raw.Length <= maxBytes && JsonText.IsDecodable(raw)) return JsonElement.Parse(raw);
        Fault("invalid", $"This must be at most {maxBytes:N0} bytes of JSON in valid UTF-8.");
        return null;
    }

    /// <summary>Base64 as bytes.</summary>
    public byte[]? Base64()
    {
        if (_json.TokenType != JsonTokenType.String)
        {
            WrongType("a string in base64");
            return null;
        }

        try
        {
            if (_json.TryGetBytesFromBase64(out var bytes)) return bytes;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair among the escapes: as little base64 as anything else.
        }

        Fault("invalid_base64", "This must be base64 (RFC 4648 section 4, with its padding).");
        return null;
    }

    public List<string>? Texts(int maxCount, int maxLength, string expected)
    {
        if (!EnterArray(expected)) return null;
        var texts = new List<string>();
        var count = 0;
        while (NextItem(ref count))
        {
            if (count > maxCount)
            {
                _json.Skip();
                continue;
            }

            if (Text(maxLength, TextRule.Identifier) is not { } text) continue;
            if (texts.Contains(text, StringComparer.Ordinal)) Fault("duplicate", "This stands here twice: leave one of them out.");
            else texts.Add(text);
        }

        if (count > maxCount) Fault("too_many", $"These are {count:N0}; at most {maxCount:N0} are allowed.");
        return texts;
    }

    /// <summary>A value of another type than it must be: the fault says what it is and what it must be.</summary>
    public void WrongType(string expected)
    {
        var found = _json.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "a boolean",
            _ => "null",
        };
        Fault("wrong_type", $"This must be {expected}, not {found}.");
        _json.Skip();
    }

    private string? TooLong(int maxLength, TextRule rule)
    {
        Fault("too_long", $"This is too long: at most {maxLength:N0} {(rule == TextRule.Content ? "bytes" : "characters")} are allowed.");
        return null;
    }

    private readonly string? TryDecode()
    {
        try
        {
            return _json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
