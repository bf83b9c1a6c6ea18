using System.Text;

namespace Carillon.Channels.Email;

/// <summary>
/// The plain text beside HTML that came without one. The last results are kept, so that HTML which does not differ from recipient to
/// recipient is converted once. At most 16 MB are kept. Thread-safe.
/// </summary>
/// <param name="convert">Makes text of HTML. Null: there is none, and the HTML goes alone.</param>
internal sealed class AlternativeText(Func<string, string>? convert)
{
    private const int Slots = 64;
    private const int MaxKeptBytes = 256 * 1024;

    // Each hash has one slot; what comes later takes the place of what was there. References are written whole: no lock is needed.
    private readonly Entry?[] _entries = new Entry?[Slots];

    public ReadOnlyMemory<byte>? Of(ReadOnlyMemory<byte> html)
    {
        if (convert is null) return null;
        var hash = new HashCode();
        hash.AddBytes(html.Span);
        ref var slot = ref _entries[(uint)hash.ToHashCode() % Slots];
        // The bytes decide, not the hash: a collision must not put one recipient's text into another's mail.
        if (Volatile.Read(ref slot) is { } kept && html.Span.SequenceEqual(kept.Html)) return kept.Text;

        var text = Encoding.UTF8.GetBytes(convert(Encoding.UTF8.GetString(html.Span)));
        if (html.Length + text.Length <= MaxKeptBytes) Volatile.Write(ref slot, new Entry(html.ToArray(), text));
        return text;
    }

    private sealed record Entry(byte[] Html, byte[] Text);
}
