using System.Buffers.Binary;
using System.Buffers.Text;

namespace Carillon.Server.Api;

/// <summary>
/// The <c>next</c> of a list of the log, and the <c>after</c> of its next page: a place in the order of commits, with the list that it is
/// of and a check, so that what was cut off or belongs to another list is refused. Callers take it as it is.
/// </summary>
internal static class Cursor
{
    public const string Field = "after";

    // 0: the list, 1 to 8: the place, 9 and 10: the check
    private const int Bytes = 11;

    public static string? Of(CursorList list, long? place)
    {
        if (place is not { } at) return null;
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = (byte)list;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], at);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[9..], Check(bytes[..9]));
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(CursorList list, string text, out long place)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        place = 0;
        if (text.Length != Base64Url.GetEncodedLength(Bytes) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Bytes) return false;
        place = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        return bytes[0] == (byte)list && place >= 0 && BinaryPrimitives.ReadUInt16BigEndian(bytes[9..]) == Check(bytes[..9]);
    }

    // FNV-1a, folded.
    private static ushort Check(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes) hash = unchecked((hash ^ b) * 16777619u);
        return (ushort)(hash ^ (hash >> 16));
    }
}

internal enum CursorList : byte
{
    Messages = 1,
    Notifications = 2,
    Alerts = 3,
}
