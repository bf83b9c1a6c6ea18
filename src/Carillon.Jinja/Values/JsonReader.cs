using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Carillon.Jinja.Values;

/// <summary>
/// Reads JSON into values. Text without escapes is not decoded: the value points into the document, and printing it copies bytes.
/// </summary>
internal ref struct JsonReader
{
    private const int DepthLimit = 200;

    private static readonly SearchValues<byte> StringEnd = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(b => (byte)b), (byte)'"', (byte)'\\']);

    [ThreadStatic]
    private static Scratch? _spare;

    private readonly byte[] _bytes;
    private readonly Utf8Text _source;
    private readonly int _end;
    private readonly int _start;
    private int _position;
    private int _depth;
    private Scratch _scratch;

    public JsonReader(byte[] bytes, int start, int length)
    {
        _bytes = bytes;
        _source = new Utf8Text(bytes);
        _start = start;
        _position = start;
        _end = start + length;
        _scratch = null!;
    }

    /// <summary>Where items and entries wait until their number is known. Kept by the thread.</summary>
    private sealed class Scratch
    {
        public JinjaValue[] Items = new JinjaValue[64];
        public int ItemCount;
        public DictObject.Entry[] Entries = new DictObject.Entry[64];
        public int EntryCount;
    }

    public JinjaValue Read()
    {
        if (!Utf8.IsValid(_bytes.AsSpan(_start, _end - _start))) throw new FormatException("The text is not valid UTF-8.");
        _scratch = _spare ?? new Scratch();
        _spare = null;
        var scratch = _scratch;
        try
        {
            SkipSpace();
            var value = ReadValue();
            SkipSpace();
            return _position == _end ? value : throw Fail("nothing more");
        }
        finally
        {
            // What an unfinished document left in there must not be kept alive.
            Array.Clear(scratch.Items, 0, scratch.ItemCount);
            Array.Clear(scratch.Entries, 0, scratch.EntryCount);
            scratch.ItemCount = scratch.EntryCount = 0;
            if (scratch.Items.Length <= 4096 && scratch.Entries.Length <= 4096) _spare = scratch;
        }
    }

    private readonly FormatException Fail(string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The text is not JSON: at byte {_position - _start} {expected} was expected."));

    private void SkipSpace()
    {
        while (_position < _end && _bytes[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') _position++;
    }

    private JinjaValue ReadValue()
    {
        if (_position >= _end) throw Fail("a value");
        switch (_bytes[_position])
        {
            case (byte)'"': return ReadString();
            case (byte)'{': return ReadObject();
            case (byte)'[': return ReadArray();
            case (byte)'t':
                Expect("true"u8);
                return true;
            case (byte)'f':
                Expect("false"u8);
                return false;
            case (byte)'n':
                Expect("null"u8);
                return default;
            default: return ReadNumber();
        }
    }

    private void Expect(ReadOnlySpan<byte> word)
    {
        if (!_bytes.AsSpan(_position, _end - _position).StartsWith(word)) throw Fail("a value");
        _position += word.Length;
    }

    private bool Next(byte expected)
    {
        SkipSpace();
        if (_position >= _end || _bytes[_position] != expected) return false;
        _position++;
        return true;
    }

    private void Deeper()
    {
        if (++_depth > DepthLimit) throw new FormatException("The JSON is nested deeper than 200 levels.");
    }

    private JinjaValue ReadArray()
    {
        Deeper();
        _position++;
        var first = _scratch.ItemCount;
        if (!Next((byte)']'))
        {
            do
            {
                SkipSpace();
                var value = ReadValue();
                if (_scratch.ItemCount == _scratch.Items.Length) Array.Resize(ref _scratch.Items, _scratch.ItemCount * 2);
                _scratch.Items[_scratch.ItemCount++] = value;
            }
            while (Next((byte)','));
            if (!Next((byte)']')) throw Fail("']'");
        }
        _depth--;
        var items = _scratch.Items.AsSpan(first, _scratch.ItemCount - first);
        var list = new ListObject(items.ToArray());
        items.Clear();
        _scratch.ItemCount = first;
        return JinjaValue.From(list);
    }

    private JinjaValue ReadObject()
    {
        Deeper();
        _position++;
        var first = _scratch.EntryCount;
        if (!Next((byte)'}'))
        {
            do
            {
                SkipSpace();
                if (_position >= _end || _bytes[_position] != (byte)'"') throw Fail("a name");
                var key = ReadString();
                if (!Next((byte)':')) throw Fail("':'");
                SkipSpace();
                var value = ReadValue();
                if (_scratch.EntryCount == _scratch.Entries.Length) Array.Resize(ref _scratch.Entries, _scratch.EntryCount * 2);
                _scratch.Entries[_scratch.EntryCount++] = new DictObject.Entry(key, value, Hashing.Of(key));
            }
            while (Next((byte)','));
            if (!Next((byte)'}')) throw Fail("'}'");
        }
        _depth--;
        var entries = _scratch.Entries.AsSpan(first, _scratch.EntryCount - first);
        var dictionary = Build(entries);
        entries.Clear();
        _scratch.EntryCount = first;
        return JinjaValue.From(dictionary);
    }

    private static DictObject Build(ReadOnlySpan<DictObject.Entry> entries)
    {
        // Hashes that differ mean keys that differ; only a few entries are compared so, the rest goes the long way.
        if (entries.Length <= 32 && AllHashesDiffer(entries)) return new DictObject(entries.ToArray());
        var dictionary = new DictObject();
        foreach (var entry in entries) dictionary.Set(entry.Key, entry.Value, entry.Hash);
        return dictionary;
    }

    private static bool AllHashesDiffer(ReadOnlySpan<DictObject.Entry> entries)
    {
        // One bit a hash: as long as no two fall on one bit, none are equal.
        ulong seen = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var bit = 1UL << (entries[i].Hash & 63);
            if ((seen & bit) != 0)
            {
                for (var j = 0; j < i; j++)
                {
                    if (entries[j].Hash == entries[i].Hash) return false;
                }
            }
            seen |= bit;
        }
        return true;
    }

    private JinjaValue ReadString()
    {
        var start = ++_position;
        var length = _bytes.AsSpan(start, _end - start).IndexOfAny(StringEnd);
        if (length < 0) throw Fail("'\"'");
        _position = start + length;
        if (_bytes[_position] == (byte)'"')
        {
            _position++;
            return JinjaValue.FromUtf8(_source, start, length);
        }
        return ReadEscapedString(start);
    }

    private JinjaValue ReadEscapedString(int start)
    {
        var text = new StringBuilder();
        _position = start;
        while (true)
        {
            var length = _bytes.AsSpan(_position, _end - _position).IndexOfAny(StringEnd);
            if (length < 0) throw Fail("'\"'");
            text.Append(Encoding.UTF8.GetString(_bytes, _position, length));
            _position += length;
            var stop = _bytes[_position++];
            if (stop == (byte)'"') return text.ToString();
            if (stop != (byte)'\\' || _position >= _end) throw Fail("no control character");
            text.Append(ReadEscape());
        }
    }

    private char ReadEscape()
    {
        switch (_bytes[_position++])
        {
            case (byte)'"': return '"';
            case (byte)'\\': return '\\';
            case (byte)'/': return '/';
            case (byte)'b': return '\b';
            case (byte)'f': return '\f';
            case (byte)'n': return '\n';
            case (byte)'r': return '\r';
            case (byte)'t': return '\t';
            case (byte)'u' when _end - _position >= 4
                && Utf8Parser.TryParse(_bytes.AsSpan(_position, 4), out ushort unit, out var used, 'x') && used == 4:
                _position += 4;
                return (char)unit;
            default: throw Fail("an escape");
        }
    }

    private JinjaValue ReadNumber()
    {
        var start = _position;
        if (_bytes[_position] == (byte)'-') _position++;
        var digits = SkipDigits();
        if (digits == 0 || (digits > 1 && _bytes[_position - digits] == (byte)'0')) throw Fail("a value");
        var whole = true;
        if (_position < _end && _bytes[_position] == (byte)'.')
        {
            whole = false;
            _position++;
            if (SkipDigits() == 0) throw Fail("a digit");
        }
        if (_position < _end && _bytes[_position] is (byte)'e' or (byte)'E')
        {
            whole = false;
            _position++;
            if (_position < _end && _bytes[_position] is (byte)'+' or (byte)'-') _position++;
            if (SkipDigits() == 0) throw Fail("a digit");
        }
        var text = _bytes.AsSpan(start, _position - start);
        if (whole && Utf8Parser.TryParse(text, out long integer, out var used) && used == text.Length) return integer;
        if (!whole) return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        // Reading digits takes quadratic time: Python refuses more than 4300 of them.
        if (text.Length > 4301) throw new FormatException("The JSON holds an integer of more than 4300 digits.");
        return BigInteger.Parse(Encoding.ASCII.GetString(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    private int SkipDigits()
    {
        var start = _position;
        while (_position < _end && _bytes[_position] is >= (byte)'0' and <= (byte)'9') _position++;
        return _position - start;
    }
}
