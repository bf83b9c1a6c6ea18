using System.Text;
using Carillon.Messages;

namespace Carillon.Channels.Simulator;

/// <summary>One message of the outbox as bytes: it is decoded only when somebody reads it. Guarded by the outbox.</summary>
internal sealed class SimulatorOutboxSlot
{
    // The message itself is not kept: its notification would hold variables of any size.
    private Guid _messageId;
    private Channel _channel;
    private string _address = "";
    private string _provider = "";
    private string? _from;
    private int _attempt;
    private SendOutcome _outcome;
    private string? _answer;
    private string _externalId = "";
    private DateTimeOffset _at;

    // | subject | text | html | unused |
    private byte[] _bytes = [];
    private int _subject;
    private int _text;
    private int _html;
    private bool _truncated;

    /// <summary>What it occupies, used or not.</summary>
    public int Size => _bytes.Length;

    public TenantId Tenant { get; private set; }

    public void Fill(GatewayMessage message, SendOutcome outcome, string? answer, string externalId, DateTimeOffset at)
    {
        var subject = Beginning(message.Content.Subject.Span);
        var text = Beginning(message.Content.Text.Span);
        var html = Beginning(message.Content.Html.Span);
        var length = subject.Length + text.Length + html.Length;
        // A buffer that one large message left behind is given up when it is four times what is needed now.
        if (_bytes.Length < length || _bytes.Length > Math.Max(4096, 4 * length)) _bytes = new byte[(length + 1023) / 1024 * 1024];
        subject.CopyTo(_bytes);
        text.CopyTo(_bytes.AsSpan(subject.Length));
        html.CopyTo(_bytes.AsSpan(subject.Length + text.Length));

        (_subject, _text, _html) = (subject.Length, text.Length, html.Length);
        _truncated = length < message.Content.Subject.Length + message.Content.Text.Length + message.Content.Html.Length;
        (Tenant, _messageId) = (message.Message.Notification.Tenant, message.Message.Id);
        (_channel, _address) = (message.Message.Channel, message.Message.Address);
        (_provider, _from, _attempt) = (message.Provider.Name, message.From, message.Attempt);
        (_outcome, _answer, _externalId, _at) = (outcome, answer, externalId, at);
    }

    public SimulatorOutboxSlot Copy()
    {
        var copy = (SimulatorOutboxSlot)MemberwiseClone();
        copy._bytes = _bytes[..(_subject + _text + _html)];
        return copy;
    }

    public SimulatedMessage Read() => new(
        Tenant,
        _messageId,
        _channel,
        _provider,
        _address,
        Encoding.UTF8.GetString(_bytes, 0, _subject),
        Encoding.UTF8.GetString(_bytes, _subject, _text),
        Encoding.UTF8.GetString(_bytes, _subject + _text, _html),
        _attempt,
        _outcome,
        _answer,
        _at,
        _externalId,
        _from,
        _truncated);

    private static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> part)
    {
        if (part.Length <= SimulatorOutbox.MaxPartBytes) return part;
        var end = SimulatorOutbox.MaxPartBytes;
        // 10xxxxxx continues a character: the cut falls before its first byte.
        while (end > 0 && (part[end] & 0xC0) == 0x80) end--;
        return part[..end];
    }
}
