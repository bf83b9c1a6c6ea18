using System.Text.Json;
using Carillon;
using Carillon.Dispatch;
using Carillon.Messages;
using Microsoft.Extensions.Hosting;

namespace EmbeddedWorker;

/// <summary>Sends one invoice, tells what became of it, and ends the program.</summary>
internal sealed class InvoiceWorker(Notifier notifier, IHostApplicationLifetime application, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // With this key the same invoice goes out once, however often the worker is started that day.
        var id = await notifier.SendAsync(
            new NotificationRequest
            {
                Recipient = new RecipientRequest { Id = "customer_123", Name = "Ana", Email = "ana@example.net" },
                Channels = [Channel.Email],
                Subject = "Invoice {{ number }}",
                Message = "Hello {{ name }}, your invoice {{ number }} is ready.",
                Syntax = ContentSyntax.Jinja,
                TemplateVariables = JsonSerializer.SerializeToUtf8Bytes(new { name = "Ana", number = "2026-03" }),
                IdempotencyKey = "invoice-2026-03",
            },
            stoppingToken);

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        var notification = await notifier.GetAsync(id, stoppingToken);
        while (notification!.Messages.Any(m => m.Status is MessageStatus.Queued or MessageStatus.Sending))
        {
            await timer.WaitForNextTickAsync(stoppingToken);
            notification = await notifier.GetAsync(id, stoppingToken);
        }

        foreach (var message in notification.Messages) Console.WriteLine($"{message.Address}: {message.Status.Name()}");
        application.StopApplication();
    }
}
