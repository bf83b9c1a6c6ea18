namespace Carillon.Mail.Bench;

internal static class TransportSending
{
    public static async Task<Measurement> RunAsync(int port, int connections, int callers, byte[] content, int seconds)
    {
        await using var transport = new SmtpTransport(new SmtpOptions
        {
            Host = "127.0.0.1",
            Port = port,
            Security = SmtpSecurity.None,
            MaxConnections = connections,
            MaxMessagesPerConnection = int.MaxValue,
            ClientName = "bench.example",
        });
        return await Measurement.OfAsync(seconds, async stop =>
        {
            Task<long>[] loops = [.. Enumerable.Range(0, callers).Select(_ => Task.Run(() => LoopAsync(transport, content, stop)))];
            return (await Task.WhenAll(loops)).Sum();
        });
    }

    private static async Task<long> LoopAsync(SmtpTransport transport, byte[] content, CancellationToken stop)
    {
        var envelope = new SmtpEnvelope("welcome@isp.example", "customer1@example.org");
        long messages = 0;
        while (!stop.IsCancellationRequested)
        {
            SmtpDelivery delivery = await transport.SendAsync(envelope, content, CancellationToken.None);
            if (delivery.Outcome != SmtpOutcome.Accepted) throw new InvalidOperationException(delivery.Reason);
            messages++;
        }

        return messages;
    }
}
