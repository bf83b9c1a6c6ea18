using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Jinja.Values;

/// <summary>
/// Hashes of dictionary keys. Text hashes by its UTF-8 bytes, however it is kept, under a secret of the process, so that
/// nobody can prepare keys that collide. Numbers that are equal (1, 1.0, true) have one hash.
/// </summary>
internal static class Hashing
{
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;
    private static readonly ulong Multiplier = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    public static int Of(ReadOnlySpan<byte> utf8)
    {
        var hash = Seed ^ (ulong)utf8.Length;
        ref var start = ref MemoryMarshal.GetReference(utf8);
        var length = utf8.Length;
        var i = 0;
        for (; length - i > 8; i += 8) hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)));
        // The last 8 bytes overlap those before; a text shorter than 8 is put together from its bytes.
        ulong last;
        if (length >= 8) last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8));
        else if (length >= 4) last = Unsafe.ReadUnaligned<uint>(ref start) | (ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4)) << 32;
        else if (length > 0) last = start | (ulong)Unsafe.Add(ref start, length >> 1) << 8 | (ulong)Unsafe.Add(ref start, length - 1) << 16;
        else last = 0;
        hash = Mix(hash ^ last);
        return (int)(hash ^ hash >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, Multiplier, out var low);
        return high ^ low;
    }

    public static int Of(string text)
    {
        if (text.Length > 256) return Of(Encoding.UTF8.GetBytes(text));
        Span<byte> buffer = stackalloc byte[768];
        return Of(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
    }

    /// <exception cref="TemplateRuntimeException">The value cannot be a key: a list or a dictionary.</exception>
    public static int Of(JinjaValue value)
    {
        switch (value.Ref)
        {
            case null: return 0x0a11;
            case string text: return Of(text);
            case Utf8Text: return Of(value.Utf8Span);
            case MarkupText markup: return Of(markup.Text);
            case BigInt big: return OfInteger(big.Value);
            case UndefinedValue undefined: return undefined.Mode == UndefinedKind.Strict ? throw undefined.Error() : 0x0dd;
            case ObjectValue other: return other.ValueHash();
            case BytesText bytes: return Of(bytes.Bytes);
            default:
                if (!value.IsFloat) return value.Bits.GetHashCode();
                var number = value.Float;
                if (number != Math.Floor(number) || double.IsInfinity(number)) return number.GetHashCode();
                return Math.Abs(number) < 9e18 ? ((long)number).GetHashCode() : OfInteger(new BigInteger(number));
        }
    }

    private static int OfInteger(BigInteger value) => value.GetHashCode();
}
