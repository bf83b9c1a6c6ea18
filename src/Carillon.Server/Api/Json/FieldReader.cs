using System.Buffers;
using System.Text;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Server.Api.Json;

/// <summary>What a text may hold.</summary>
internal enum TextRule
{
    /// <summary>An id or a word: not empty, no control characters.</summary>
    Identifier,

    /// <summary>One line, such as a header holds: no control characters but the tab.</summary>
    Line,

    /// <summary>Any text without NUL.</summary>
    Content,
}

/// <summary>
/// Reads the fields of a request from JSON and collects every fault by its path, so that a caller learns all of them at once. A
/// value that is at fault reads as null and reading goes on; only JSON that is malformed throws (<see cref="JsonException"/>).
/// Paths become text only when there is a fault. A field that is null counts as absent.
/// </summary>
internal ref partial struct FieldReader
{
    /// <summary>How deep JSON may nest. A batch's array is one level more.</summary>
    public const int MaxDepth = 64;

    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 32).Append(127).Select(c => (char)c)]);

    private static readonly SearchValues<char> ControlsButTab =
        SearchValues.Create([.. Enumerable.Range(0, 32).Append(127).Where(c => c != '\t').Select(c => (char)c)]);

    private readonly ReadOnlyMemory<byte> _buffer;
    private Utf8JsonReader _json;
    private List<FieldFault>? _faults;

    // Where the reader is: what the path begins with, the field, its index in an array or -1.
    private string _prefix = "";
    private string _name = "";
    private string _dotted = "";
    private int _index = -1;

    public FieldReader(ReadOnlyMemory<byte> buffer, int maxDepth = MaxDepth)
    {
        _buffer = buffer;
        _json = new Utf8JsonReader(buffer.Span, new JsonReaderOptions { MaxDepth = maxDepth });
    }

    /// <summary>The faults so far, or null; the next item of a batch begins without any.</summary>
    public List<FieldFault>? TakeFaults()
    {
        var faults = _faults;
        _faults = null;
        return faults;
    }

    /// <summary>Where the token at which the reader stands begins.</summary>
    public readonly int Start => (int)_json.TokenStartIndex;

    /// <summary>What was read from <paramref name="start"/> up to the end of the token at which the reader stands.</summary>
    public readonly ReadOnlySpan<byte> ReadSince(int start) => _buffer.Span[start..(int)_json.BytesConsumed];

    public readonly bool HasFaults => _faults is not null;

    public readonly JsonTokenType TokenType => _json.TokenType;

    /// <summary>True where the JSON nests as deep as it may: what a failure there means.</summary>
    public readonly bool IsAtMaxDepth(int maxDepth) => _json.CurrentDepth >= maxDepth;

    /// <summary>The path of the field that is being read.</summary>
    public readonly string Path => _index < 0 ? _prefix + _name : $"{_prefix}{_name}[{_index}]";

    /// <summary>The path of what is in the array or object at which the reader stands.</summary>
    public readonly string PathOf(string field) => _prefix + field;

    public bool Read() => _json.Read();

    public void Skip() => _json.Skip();

    /// <summary>A fault of the field that is being read.</summary>
    public void Fault(string code, string message) => (_faults ??= []).Add(new FieldFault(Path, code, message));

    /// <summary>A fault of another field of the object that is being read.</summary>
    public void FaultAt(string field, string code, string message) => (_faults ??= []).Add(new FieldFault(_prefix + field, code, message));

    /// <summary>Moves to the value of the next known field that is not null; false at the end of the object.</summary>
    /// <param name="seen">The fields seen so far, a bit each.</param>
    public bool NextField(FieldNames names, ref ulong seen, out int field)
    {
        while (true)
        {
            _json.Read();
            if (_json.TokenType != JsonTokenType.PropertyName)
            {
                field = -1;
                return false;
            }

            field = Find(names);
            if (field >= 0)
            {
                (_name, _dotted, _index) = (names[field], names.Prefix(field), -1);
                var bit = 1UL << field;
                if ((seen & bit) == 0)
                {
                    seen |= bit;
                    _json.Read();
                    if (_json.TokenType == JsonTokenType.Null) continue;
                    return true;
                }

                Fault("duplicate_field", "This field stands here twice: leave one of them out.");
            }

            _json.Read();
            _json.Skip();
        }
    }

    /// <summary>Moves to the next value of an object whose names are the caller's own; false at its end.</summary>
    /// <param name="name">Null, with a fault, for one that is not valid Unicode.</param>
    public bool NextOwn(out string? name)
    {
        _json.Read();
        name = null;
        if (_json.TokenType != JsonTokenType.PropertyName) return false;
        name = TryDecode();
        (_name, _index) = (name is { Length: <= 100 } ? name : "…", -1);
        if (name is null) Fault("invalid_unicode", "A name in here is not valid Unicode: encode it as UTF-8.");
        _json.Read();
        return true;
    }

    private int Find(FieldNames names)
    {
        if (!_json.ValueIsEscaped)
        {
            var known = names.Find(_json.ValueSpan);
            if (known >= 0) return known;
        }

        var name = TryDecode();
        var field = name is null || !_json.ValueIsEscaped ? -1 : names.Find(Encoding.UTF8.GetBytes(name));
        if (field >= 0) return field;

        name ??= Encoding.UTF8.GetString(_json.ValueSpan);
        var nearest = names.Nearest(name);
        // The path is the caller's own word: long ones are cut, so that an answer is never larger for nonsense.
        var shown = name.Length > 100 ? name[..100] + "…" : name;
        FaultAt(shown, "unknown_field", nearest is null
            ? "There is no such field: remove it (names are in snake_case)."
            : $"There is no such field: did you mean {nearest}?");
        return -1;
    }

    /// <summary>Enters the object at which the reader stands. False, with a fault, when it is something else.</summary>
    public bool EnterObject(out Scope outer)
    {
        outer = new Scope(_prefix, _name, _index);
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            WrongType("an object");
            return false;
        }

        if (_name.Length > 0) _prefix = _index < 0 && _prefix.Length == 0 ? _dotted : Path + ".";
        (_name, _index) = ("", -1);
        return true;
    }

    public void Leave(Scope outer) => (_prefix, _name, _index) = (outer.Prefix, outer.Name, outer.Index);

    /// <summary>Enters the array at which the reader stands. False, with a fault, when it is something else.</summary>
    public bool EnterArray(string expected)
    {
        if (_json.TokenType == JsonTokenType.StartArray) return true;
        WrongType(expected);
        return false;
    }

    /// <summary>Moves to the next item of the array; false at its end.</summary>
    public bool NextItem(ref int count)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            _index = -1;
            return false;
        }

        _index = count++;
        return true;
    }

    /// <summary>Where the reader was before it entered an object.</summary>
    public readonly record struct Scope(string Prefix, string Name, int Index);
}
