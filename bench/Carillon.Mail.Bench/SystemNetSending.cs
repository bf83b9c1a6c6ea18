using System.Net.Mail;
using System.Text;
using NetMessage = System.Net.Mail.MailMessage;

namespace Carillon.Mail.Bench;

/// <summary>The framework's own client, one for each connection; it builds its message each time, as it must.</summary>
internal static class SystemNetSending
{
    public static Task<Measurement> RunAsync(int port, int connections, int seconds) =>
        Measurement.OfAsync(seconds, async stop =>
        {
            Task<long>[] loops = [.. Enumerable.Range(0, connections).Select(_ => Task.Run(() => LoopAsync(port, stop)))];
            return (await Task.WhenAll(loops)).Sum();
        });

    private static async Task<long> LoopAsync(int port, CancellationToken stop)
    {
        using var client = new SmtpClient("127.0.0.1", port);
        MailMessage sample = Sample.Message(1);
        string text = Encoding.UTF8.GetString(sample.Text!.Value.Span), html = Encoding.UTF8.GetString(sample.Html!.Value.Span);
        long messages = 0;
        while (!stop.IsCancellationRequested)
        {
            using var message = new NetMessage("welcome@isp.example", "customer1@example.org", sample.Subject, text);
            message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(html, Encoding.UTF8, "text/html"));
            await client.SendMailAsync(message, CancellationToken.None);
            messages++;
        }

        return messages;
    }
}
