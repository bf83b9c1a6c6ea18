using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Carillon.Messages;

/// <summary>
/// Makes UUIDv7 (RFC 9562) that strictly increase within one generator: 48 bits of milliseconds, a 12-bit counter in place of
/// <c>rand_a</c> (method 1 of section 6.2), 62 random bits. Rows keyed by them go to the right edge of every index. Thread-safe.
/// </summary>
public sealed class IdGenerator(TimeProvider time)
{
    // (milliseconds << 12) | counter of the id made last.
    private long _last;

    public Guid Next()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() << 12;
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            // A counter that runs over borrows from the next millisecond, and a clock that steps back does not break the order.
            next = now > last ? now : last + 1;
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, ((next >> 12) << 16) | 0x7000L | (next & 0xFFF));
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], (Random.Shared.NextInt64() & 0x3FFF_FFFF_FFFF_FFFFL) | unchecked((long)0x8000_0000_0000_0000UL));
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>
/// Ids as callers see them: a prefix that says what it is, and the UUID in Crockford's base 32, lower case, 26 characters
/// (<c>msg_06f8…</c>). They sort by time as text.
/// </summary>
public static class PublicId
{
    public const string Notification = "ntf_";
    public const string Message = "msg_";
    public const string Template = "tpl_";
    public const string TemplateVersion = "tpv_";
    public const string Provider = "prv_";
    public const string Sender = "snd_";
    public const string Batch = "bat_";
    public const string Key = "key_";
    public const string Attachment = "att_";
    public const string Alert = "alr_";
    public const string Callback = "cbk_";
    public const string Endpoint = "whe_";

    private const int Digits = 26;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string Format(string prefix, Guid id) =>
        string.Create(prefix.Length + Digits, (prefix, id), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            Span<byte> bytes = stackalloc byte[16];
            state.id.TryWriteBytes(bytes, bigEndian: true, out _);
            var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            var digits = span[state.prefix.Length..];
            for (var i = Digits - 1; i >= 0; i--)
            {
                digits[i] = Alphabet[(int)(uint)(value & 31)];
                value >>= 5;
            }
        });

    /// <summary>Writes the id as UTF-8, <paramref name="prefix"/> first; returns how many bytes.</summary>
    public static int Write(ReadOnlySpan<byte> prefix, Guid id, Span<byte> destination)
    {
        prefix.CopyTo(destination);
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        var digits = destination.Slice(prefix.Length, Digits);
        for (var i = Digits - 1; i >= 0; i--)
        {
            digits[i] = (byte)Alphabet[(int)(low & 31)];
            low = (low >> 5) | (high << 59);
            high >>= 5;
        }

        return prefix.Length + Digits;
    }

    public static bool TryParse(string prefix, [NotNullWhen(true)] string? text, out Guid id)
    {
        id = default;
        if (text is null || text.Length != prefix.Length + Digits || !text.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var value = UInt128.Zero;
        foreach (var c in text.AsSpan(prefix.Length))
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            // 26 digits hold 130 bits: the first may only use its lowest three.
            if (digit < 0 || (value >> 123) != 0) return false;
            value = (value << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        id = new Guid(bytes, bigEndian: true);
        return true;
    }
}
