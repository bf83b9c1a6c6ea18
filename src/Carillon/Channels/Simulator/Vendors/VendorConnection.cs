using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// One connection of a gateway to simulated vendors: HTTP/1.1 as far as gateways speak it, requests of a known length, one after the other.
/// A server of the platform's own cannot break a connection where an answer is due, which is what it is to rehearse.
/// </summary>
internal sealed class VendorConnection(TcpClient client, Func<VendorRequest, CancellationToken, ValueTask<VendorReply>> answer)
{
    private const int MaxHead = 64 << 10;
    private const int MaxBody = 64 << 20;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var _ = client;
        client.NoDelay = true;
        try
        {
            await using var stream = client.GetStream();
            var reader = PipeReader.Create(stream);
            while (await ReadAsync(reader, stream, cancellationToken) is { } request)
            {
                var reply = await answer(request, cancellationToken);
                if (reply.IsLost) return;
                await stream.WriteAsync(Write(reply), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            // The client is gone or speaks something else, or the node stops.
        }
    }

    private static async ValueTask<VendorRequest?> ReadAsync(PipeReader reader, Stream stream, CancellationToken cancellationToken)
    {
        if (await ReadHeadAsync(reader, cancellationToken) is not { } head) return null;
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0].Split(' ') is not [var method, ['/', ..] target, _]) throw new InvalidDataException("This is no request.");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.AsSpan(1))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var length = 0;
        if (headers.TryGetValue("Transfer-Encoding", out var _) || (headers.TryGetValue("Content-Length", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > MaxBody)))
            throw new InvalidDataException("The length of the request is not known, or too large.");
        if (headers.ContainsKey("Expect")) await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
        return new VendorRequest(method, target.Split('?')[0], headers, await ReadBodyAsync(reader, length, cancellationToken));
    }

    private static async ValueTask<string?> ReadHeadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (EndOfHead(read.Buffer) is { } end)
            {
                var head = Encoding.UTF8.GetString(read.Buffer.Slice(0, end));
                reader.AdvanceTo(end);
                return head;
            }

            if (read.IsCompleted) return null;
            if (read.Buffer.Length > MaxHead) throw new InvalidDataException("The head of the request is too long.");
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static SequencePosition? EndOfHead(in ReadOnlySequence<byte> buffer)
    {
        var search = new SequenceReader<byte>(buffer);
        return search.TryReadTo(out ReadOnlySequence<byte> _, "\r\n\r\n"u8) ? search.Position : null;
    }

    private static async ValueTask<byte[]> ReadBodyAsync(PipeReader reader, int length, CancellationToken cancellationToken)
    {
        if (length == 0) return [];
        var read = await reader.ReadAtLeastAsync(length, cancellationToken);
        if (read.Buffer.Length < length) throw new InvalidDataException("The request ends before its end.");
        var body = read.Buffer.Slice(0, length).ToArray();
        reader.AdvanceTo(read.Buffer.GetPosition(length));
        return body;
    }

    private static byte[] Write(VendorReply reply)
    {
        var body = Encoding.UTF8.GetBytes(reply.Body);
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} \r\nContent-Type: {reply.ContentType}\r\nContent-Length: {body.Length}\r\n");
        if (reply.RetryAfter is { } wait) head.Append(CultureInfo.InvariantCulture, $"Retry-After: {Math.Ceiling(wait.TotalSeconds)}\r\n");
        if (reply.Header is { } header) head.Append(header.Name).Append(": ").Append(header.Value).Append("\r\n");
        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }
}
