using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Carillon.Mail;

/// <summary>The bytes of one connection: a socket without any stream over it while plain, an <see cref="SslStream"/> under TLS.</summary>
internal sealed class SmtpChannel : IDisposable
{
    private readonly Socket? _socket;
    private Stream? _stream;

    public SmtpChannel(Socket socket) => _socket = socket;

    /// <summary>Over any stream in place of a socket.</summary>
    public SmtpChannel(Stream stream) => _stream = stream;

    public bool IsEncrypted { get; private set; }

    /// <summary>Version and cipher; null while plain.</summary>
    public string? Encryption => IsEncrypted && _stream is SslStream tls ? $"{tls.SslProtocol} {tls.NegotiatedCipherSuite}" : null;

    public IPAddress? LocalAddress => (_socket?.LocalEndPoint as IPEndPoint)?.Address;

    /// <summary>True while idle means: the server closed, or said something unasked. Both end the connection.</summary>
    public bool HasNews => _socket is not null && _socket.Poll(0, SelectMode.SelectRead);

    public static async Task<SmtpChannel> ConnectAsync(SmtpOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(options.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(DomainNames.ToAscii(options.Host), cancellationToken).ConfigureAwait(false);
        Exception? last = null;
        foreach (IPAddress address in addresses)
        {
            if (options.AllowAddress?.Invoke(address) == false)
            {
                // Not which address: who names a host need not learn what it leads to here.
                last ??= new SmtpBrokenException(SmtpStage.Connect, $"connecting to where {options.Host} leads is not allowed");
                continue;
            }

            // One address that does not answer must not take the time of those behind it.
            using var share = new CancellationTokenSource(options.Timeouts.Connect / addresses.Length, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, share.Token);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, options.EffectivePort), either.Token).ConfigureAwait(false);
                return new SmtpChannel(socket);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested) e = new SocketException((int)SocketError.TimedOut);
                if (e is not SocketException) throw;
                last = e;
            }
        }

        throw last ?? new SmtpBrokenException(SmtpStage.Connect, "the host name has no address");
    }

    public async Task EncryptAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream ?? new NetworkStream(_socket!, ownsSocket: false), leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        IsEncrypted = true;
    }

    /// <summary>Completes when all bytes are handed to the network.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_stream is not null) return SendByStreamAsync(bytes);
        ValueTask<int> sending = _socket!.SendAsync(bytes, SocketFlags.None);
        if (sending.IsCompletedSuccessfully)
        {
            int sent = sending.Result;
            return sent == bytes.Length ? default : SendRestAsync(new ValueTask<int>(sent), bytes);
        }

        return SendRestAsync(sending, bytes);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
        _stream is null ? _socket!.ReceiveAsync(buffer, SocketFlags.None) : _stream.ReadAsync(buffer);

    public void Dispose()
    {
        _stream?.Dispose();
        _socket?.Dispose();
    }

    /// <summary>Ends all waiting on this connection; safe from any thread, also during a handshake.</summary>
    public void Abort()
    {
        if (_socket is null) _stream?.Dispose();
        else _socket.Dispose();
    }

    private async ValueTask SendByStreamAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream!.WriteAsync(bytes).ConfigureAwait(false);
        await _stream.FlushAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ValueTask<int> first, ReadOnlyMemory<byte> bytes)
    {
        int sent = await first.ConfigureAwait(false);
        while (sent < bytes.Length) sent += await _socket!.SendAsync(bytes[sent..], SocketFlags.None).ConfigureAwait(false);
    }
}
