using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Carillon.Bench.Load;

/// <summary>
/// One lasting HTTP/1.1 connection on a blocking socket: one system call to send, one or two to receive, nothing else. Knows only
/// what the server answers with: a length, or chunks.
/// </summary>
internal sealed class HttpWire : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 << 10];
    private int _length;

    public HttpWire(int port)
    {
        _socket.ReceiveTimeout = 60_000;
        _socket.SendTimeout = 60_000;
        _socket.Connect(IPAddress.Loopback, port);
    }

    public void Send(ReadOnlySpan<byte> request)
    {
        while (request.Length > 0) request = request[_socket.Send(request)..];
    }

    /// <summary>Waits for one answer. Its body (with the frames of its chunks, if it has any) holds until the next call.</summary>
    public ReadOnlySpan<byte> Receive(out int status)
    {
        _length = 0;
        int head;
        while ((head = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0) Read();
        var header = _buffer.AsSpan(0, head);
        if (!Utf8Parser.TryParse(header[9..12], out status, out _)) throw new BenchException("That is no HTTP answer.");
        var start = head + 4;
        if (LengthOf(header) is { } length)
        {
            while (_length < start + length) Read();
        }
        else
        {
            // The last chunk is empty. The bench sends one request after the other, so that nothing can follow it.
            while (!_buffer.AsSpan(start, _length - start).EndsWith("0\r\n\r\n"u8)) Read();
        }

        return _buffer.AsSpan(start, _length - start);
    }

    public void Dispose() => _socket.Dispose();

    private static int? LengthOf(ReadOnlySpan<byte> header)
    {
        var at = header.IndexOf("Content-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(header[(at + 16)..], out int length, out _) ? length : null;
    }

    private void Read()
    {
        if (_length == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = _socket.Receive(_buffer.AsSpan(_length));
        if (read == 0) throw new BenchException("The server has closed the connection.");
        _length += read;
    }
}
