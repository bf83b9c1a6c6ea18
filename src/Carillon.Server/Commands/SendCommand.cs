using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon send</c>.</summary>
internal static class SendCommand
{
    private static readonly Option<string?> To = new("--to") { Description = "An e-mail address, or a telephone number with + and country code.", HelpName = "address" };
    private static readonly Option<string?> RecipientId = new("--recipient-id") { Description = "A contact by its id; with --to it is made or updated.", HelpName = "id" };
    private static readonly Option<string?> Name = new("--name") { Description = "The recipient's name." };
    private static readonly Option<string[]> Address = new("--address") { Description = "An address of another channel, such as push=token.", HelpName = "channel=address" };
    private static readonly Option<string[]> Channel = new("--channel") { Description = "email, sms, whatsapp, voice, push, web_push, in_app, chat or webhook; several make a message each." };
    private static readonly Option<bool> Fallback = new("--fallback") { Description = "Of several channels one after the other, until one succeeds." };
    private static readonly Option<string?> Template = new("--template", "-t") { Description = "A template's id or key, in place of content.", HelpName = "key" };
    private static readonly Option<string[]> Variables = RequestOptions.Variables();
    private static readonly Option<string?> Data = RequestOptions.Data();
    private static readonly Option<string?> Subject = new("--subject", "-s") { Description = "The subject." };
    private static readonly Option<string?> Message = new("--message", "-m") { Description = "The text; - reads the input.", HelpName = "text" };
    private static readonly Option<string?> Html = new("--html") { Description = "A file with the HTML.", HelpName = "file" };
    private static readonly Option<string?> From = new("--from") { Description = "The sender." };
    private static readonly Option<string?> ReplyTo = new("--reply-to") { Description = "Where answers go." };
    private static readonly Option<string[]> Attach = new("--attach", "-a") { Description = "A file that goes with it. May be given several times.", HelpName = "file" };
    private static readonly Option<string?> Category = new("--category") { Description = "Such as billing." };
    private static readonly Option<string?> Priority = new("--priority") { Description = "low, normal, high or critical." };
    private static readonly Option<string?> At = new("--at") { Description = "When: 2026-03-14T14:00:00Z, or +2h.", HelpName = "time" };
    private static readonly Option<string[]> Tag = new("--tag") { Description = "May be given several times." };
    private static readonly Option<string?> IdempotencyKey = new("--idempotency-key") { Description = "Repeated with the same key it is sent once.", HelpName = "key" };
    private static readonly Option<bool> Wait = new("--wait", "-w") { Description = "Waits until it is sent or has failed, and ends with 1 when it failed." };
    private static readonly Option<bool> Preview = new("--preview") { Description = "Shows what would be sent, and sends nothing." };

    public static Command Make(Terminal terminal) => CommandRunner.Connected(
        terminal, "send", "Sends a notification.",
        [
            To, RecipientId, Name, Address, Channel, Fallback, Template, Variables, Data, Subject, Message, Html, From, ReplyTo, Attach, Category, Priority, At, Tag,
            IdempotencyKey, Wait, Preview,
        ],
        RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(session, cancellationToken);
        if (session.Value(Preview))
        {
            session.Show(await session.Client.Notifications.PreviewAsync(request, cancellationToken), CarillonJson.Default.NotificationPreview, preview => PreviewText.Write(preview, session.Terminal));
            return ExitCode.Done;
        }

        var accepted = await session.Client.Notifications.SendAsync(request, cancellationToken);
        if (!session.Value(Wait))
        {
            session.Show(accepted, CarillonJson.Default.AcceptedNotification, answer =>
            {
                session.Terminal.Line($"{answer.Id} is accepted.");
                session.Terminal.Table(["message", "channel", "address", "status"], answer.Messages.Select(m => (string?[])[m.Id, m.Channel, m.Address, m.Status]));
            });
            return ExitCode.Done;
        }

        var notification = await session.Client.Notifications.WaitAsync(accepted.Id, TimeSpan.FromMilliseconds(200), cancellationToken);
        session.Show(notification, CarillonJson.Default.Notification, answer => MessageTable.Write(answer.Messages, session.Terminal));
        return notification.Messages.Any(m => m.Status is KnownStatuses.Sent or KnownStatuses.Delivered or KnownStatuses.Read) ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<NotificationRequest> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        var terminal = session.Terminal;
        var channels = session.Value(Channel) ?? [];
        return new NotificationRequest
        {
            RecipientId = session.Value(To) is null && session.Value(Address) is null or [] ? session.Value(RecipientId) : null,
            Recipient = ReadRecipient(session),
            Channel = channels is [var only] ? only : null,
            Channels = channels.Length > 1 ? channels : null,
            Delivery = session.Value(Fallback) ? "fallback" : null,
            TemplateId = session.Value(Template),
            TemplateVariables = await RequestOptions.ReadVariablesAsync(session.Value(Variables), session.Value(Data), terminal, cancellationToken),
            Subject = session.Value(Subject),
            Message = session.Value(Message) == "-" ? await terminal.Input.ReadToEndAsync(cancellationToken) : session.Value(Message),
            Html = session.Value(Html) is { } html ? await RequestOptions.ReadTextAsync(html, terminal, cancellationToken) : null,
            From = session.Value(From),
            ReplyTo = session.Value(ReplyTo),
            Attachments = await ReadAttachmentsAsync(session.Value(Attach) ?? [], cancellationToken),
            Category = session.Value(Category),
            Priority = session.Value(Priority),
            ScheduledAt = RequestOptions.ReadTime("--at", session.Value(At), terminal.Time),
            Tags = session.Value(Tag) is { Length: > 0 } tags ? tags : null,
            IdempotencyKey = session.Value(IdempotencyKey),
        };
    }

    private static Recipient? ReadRecipient(Session session)
    {
        var to = session.Value(To);
        var addresses = (session.Value(Address) ?? []).Select(ReadAddress).ToList();
        if (to is null && addresses.Count == 0)
        {
            return session.Value(RecipientId) is null
                ? throw new UsageException("Say whom to reach: --to with an address, or --recipient-id of a known contact.")
                : null;
        }

        var isNumber = to?.StartsWith('+') == true;
        if (to is not null && !isNumber && !to.Contains('@', StringComparison.Ordinal))
            throw new UsageException($"--to {to}: give an e-mail address, or a telephone number such as +5215512345678. Other channels' addresses are given by --address channel=address.");
        return new Recipient
        {
            Id = session.Value(RecipientId),
            Name = session.Value(Name),
            Email = isNumber ? null : to,
            Phone = isNumber ? to : null,
            Addresses = addresses.Count == 0 ? null : addresses,
        };
    }

    private static RecipientAddress ReadAddress(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? new RecipientAddress(text[..at], text[(at + 1)..]) : throw new UsageException($"--address {text}: write channel=address.");
    }

    private static async Task<IReadOnlyList<Attachment>?> ReadAttachmentsAsync(string[] files, CancellationToken cancellationToken)
    {
        var attachments = new List<Attachment>();
        foreach (var file in files)
            attachments.Add(new Attachment { Filename = Path.GetFileName(file), Content = await File.ReadAllBytesAsync(file, cancellationToken) });
        return attachments.Count == 0 ? null : attachments;
    }
}
