using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>
/// The output of a render: one growing UTF-8 buffer. A capture (a macro's result, a block set) is written at its end,
/// taken out and cut off again, so that nothing is ever rendered twice or kept in pieces.
/// </summary>
internal sealed class Utf8Output
{
    private const int FirstSize = 4096;

    /// <summary>A buffer that a large render left behind is not kept.</summary>
    private const int KeptSize = 1 << 20;

    private byte[] _buffer = new byte[FirstSize];
    private int _position;
    private RenderState _state = null!;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _position);

    public int Position => _position;

    public void Begin(RenderState state)
    {
        _state = state;
        _position = 0;
    }

    public void End()
    {
        if (_buffer.Length > KeptSize) _buffer = new byte[FirstSize];
    }

    /// <summary>The text from a position on, taken out of the output.</summary>
    public JinjaValue Take(int start, bool markup)
    {
        var length = _position - start;
        _position = start;
        if (length == 0) return JinjaValue.FromText("", markup);
        _state.Charge(length);
        return JinjaValue.FromUtf8(_buffer.AsSpan(start, length).ToArray(), markup);
    }

    /// <summary>Puts a value before what was written from a position on, and tells how long it is.</summary>
    public int Insert(int position, JinjaValue value)
    {
        var end = _position;
        WriteValue(value, escape: false);
        var length = _position - end;
        Span<byte> inserted = _buffer.AsSpan(end, length).ToArray();
        _buffer.AsSpan(position, end - position).CopyTo(_buffer.AsSpan(position + length));
        inserted.CopyTo(_buffer.AsSpan(position));
        return length;
    }

    public void Truncate(int position) => _position = position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> utf8)
    {
        var position = _position;
        if (utf8.Length > _buffer.Length - position) Grow(utf8.Length);
        utf8.CopyTo(_buffer.AsSpan(position));
        _position = position + utf8.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int more)
    {
        var needed = (long)_position + more;
        if (needed > Math.Min(_state.Options.MaxOutputBytes - _state.BytesUsed, Array.MaxLength)) _state.ThrowBytes();
        Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, _buffer.Length * 2L)));
    }

    /// <summary>Checks the output against the budget: the buffer only asks when it grows.</summary>
    public void CheckBudget()
    {
        if (_position + _state.BytesUsed > _state.Options.MaxOutputBytes) _state.ThrowBytes();
    }

    public void WriteText(string text)
    {
        if (text.Length > (_buffer.Length - _position) / 3) Grow(Encoding.UTF8.GetByteCount(text));
        Transcode(text);
    }

    private void Transcode(ReadOnlySpan<char> text)
    {
        // Lone surrogates become the replacement character.
        Utf8.FromUtf16(text, _buffer.AsSpan(_position), out _, out var written);
        _position += written;
    }

    public void WriteEscaped(string text)
    {
        var rest = text.AsSpan();
        for (var next = rest.IndexOfAny(Html.Special); next >= 0; next = rest.IndexOfAny(Html.Special))
        {
            if (next > 0) WriteChars(rest[..next]);
            Write(Html.Entity((byte)rest[next]));
            rest = rest[(next + 1)..];
        }
        WriteChars(rest);
    }

    private void WriteChars(ReadOnlySpan<char> text)
    {
        if (text.Length > (_buffer.Length - _position) / 3) Grow(Encoding.UTF8.GetByteCount(text));
        Transcode(text);
    }

    public void WriteEscaped(ReadOnlySpan<byte> utf8)
    {
        for (var next = utf8.IndexOfAny(Html.SpecialBytes); next >= 0; next = utf8.IndexOfAny(Html.SpecialBytes))
        {
            Write(utf8[..next]);
            Write(Html.Entity(utf8[next]));
            utf8 = utf8[(next + 1)..];
        }
        Write(utf8);
    }

    public void WriteInteger(long value)
    {
        if (_buffer.Length - _position < 20) Grow(20);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_position), out var written);
        _position += written;
    }

    /// <summary>Prints a value as <c>{{ }}</c> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteValue(JinjaValue value, bool escape)
    {
        if (value.Ref is Utf8Text && !(escape && value.Utf8Span.ContainsAny(Html.SpecialBytes))) Write(value.Utf8Span);
        else WriteOther(value, escape);
    }

    private void WriteOther(JinjaValue value, bool escape)
    {
        switch (value.Ref)
        {
            case Utf8Text utf8:
                if (escape && utf8.Kind == ValueKind.Str) WriteEscaped(value.Utf8Span);
                else Write(value.Utf8Span);
                break;
            case string text:
                if (escape) WriteEscaped(text);
                else WriteText(text);
                break;
            case Tag tag:
                if (tag.Kind == ValueKind.Int) WriteInteger(value.Bits);
                else WriteText(Python.Str(value));
                break;
            case MarkupText markup:
                WriteText(markup.Text);
                break;
            case null:
                Write("None"u8);
                break;
            case UndefinedValue { Mode: not UndefinedKind.Strict }:
                break;
            default:
                var printed = Python.Str(value, _state);
                if (escape && value.Ref is not ObjectValue { IsHtml: true }) WriteEscaped(printed);
                else WriteText(printed);
                break;
        }
    }
}
