using System.Globalization;
using System.Text;
using Carillon.Bench.Work;

namespace Carillon.Bench.Load;

/// <summary>
/// The bytes of one HTTP request, serialised once. Before each send the numbers are written over their slots: that costs the load
/// generator next to nothing, and its memory does not grow with the count. Every copy belongs to one connection.
/// </summary>
internal sealed class RequestForm
{
    private const string NumberSlot = "########";
    private const string ContactSlot = "%%%%%%%%";
    private const int SlotLength = 8;

    private readonly byte[] _bytes;
    private readonly List<(int Offset, int Item, bool IsContact)> _slots = [];
    private readonly int _keyOffset;
    private readonly byte[][] _keys;
    private readonly int _items;
    private readonly int _contacts;

    private RequestForm(byte[] bytes, byte[][] keys, int items, int contacts, int firstItem, int itemLength)
    {
        _bytes = bytes;
        _keys = keys;
        _items = items;
        _contacts = contacts;
        _keyOffset = bytes.AsSpan().IndexOf(keys[0]);
        Find(NumberSlot, isContact: false, firstItem, itemLength);
        Find(ContactSlot, isContact: true, firstItem, itemLength);
    }

    private RequestForm(RequestForm other)
    {
        _bytes = [.. other._bytes];
        (_slots, _keyOffset, _keys, _items, _contacts) = (other._slots, other._keyOffset, other._keys, other._items, other._contacts);
    }

    /// <summary>Notifications in each request.</summary>
    public int Items => _items;

    public int Length => _bytes.Length;

    /// <param name="notification">With the slots for the numbers, as <see cref="WelcomeMail.Notification"/> has them.</param>
    public static RequestForm Create(RequestWay way, int batch, string notification, int contacts, IReadOnlyList<string> keys)
    {
        var item = Encoding.UTF8.GetBytes(notification);
        var body = new MemoryStream();
        if (way == RequestWay.Batch) body.WriteByte((byte)'[');
        var items = way == RequestWay.Single ? 1 : batch;
        for (var i = 0; i < items; i++)
        {
            if (i > 0) body.WriteByte(way == RequestWay.Batch ? (byte)',' : (byte)'\n');
            body.Write(item);
        }

        if (way == RequestWay.Batch) body.WriteByte((byte)']');
        var path = way == RequestWay.Single ? "/v1/notifications" : "/v1/notifications/batch";
        var type = way == RequestWay.NdJson ? "application/x-ndjson" : "application/json";
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {keys[0]}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n");
        if (keys.Any(k => k.Length != keys[0].Length)) throw new BenchException("Keys of several lengths cannot share a request's form.");
        return new RequestForm(
            [.. Encoding.ASCII.GetBytes(head), .. body.ToArray()], [.. keys.Select(Encoding.ASCII.GetBytes)], items, Math.Max(1, contacts),
            head.Length + (way == RequestWay.Batch ? 1 : 0), item.Length + 1);
    }

    public RequestForm Copy() => new(this);

    /// <summary>The bytes of the request of this index; they hold until the next one is asked for.</summary>
    public ReadOnlySpan<byte> Fill(long request)
    {
        var first = request * _items;
        foreach (var (offset, item, isContact) in _slots)
            Write(_bytes.AsSpan(offset, SlotLength), isContact ? (first + item) % _contacts : first + item);
        _keys[request % _keys.Length].CopyTo(_bytes, _keyOffset);
        return _bytes;
    }

    private void Find(string slot, bool isContact, int firstItem, int itemLength)
    {
        var sought = Encoding.ASCII.GetBytes(slot);
        for (var at = 0; _bytes.AsSpan(at).IndexOf(sought) is >= 0 and var found;)
        {
            at += found;
            _slots.Add((at, Math.Max(0, at - firstItem) / itemLength, isContact));
            at += SlotLength;
        }
    }

    private static void Write(Span<byte> digits, long number)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }
}

/// <summary>How notifications come in.</summary>
internal enum RequestWay
{
    Batch,
    Single,
    NdJson,
}
