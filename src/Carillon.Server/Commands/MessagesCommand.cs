using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon messages</c>: the log.</summary>
internal static class MessagesCommand
{
    private const int DefaultLimit = 50;

    private static readonly Option<string?> Status = new("--status") { Description = "Only in this status." };
    private static readonly Option<string?> Channel = new("--channel") { Description = "Only on this channel." };
    private static readonly Option<string?> RecipientId = new("--recipient-id") { Description = "Only to this contact.", HelpName = "id" };
    private static readonly Option<string?> Address = new("--address") { Description = "Only to this address." };
    private static readonly Option<string?> Template = new("--template") { Description = "Only with this template.", HelpName = "key" };
    private static readonly Option<string?> Category = new("--category") { Description = "Only of this category." };
    private static readonly Option<string?> Provider = new("--provider") { Description = "Only those that this provider had last.", HelpName = "id" };
    private static readonly Option<string?> Batch = new("--batch") { Description = "Only of this batch.", HelpName = "id" };
    private static readonly Option<string?> Since = new("--since") { Description = "Only younger than this: a time, or -24h.", HelpName = "time" };
    private static readonly Option<int> Limit = new("--limit", "-n") { Description = "How many at most; 0 for all.", DefaultValueFactory = _ => DefaultLimit };
    private static readonly Argument<string> Id = new("id") { Description = "msg_…" };

    public static Command Make(Terminal terminal)
    {
        var command = new Command("messages", "The log of messages.");
        command.Add(CommandRunner.Connected(
            terminal, "list", "Messages, newest first.", [Status, Channel, RecipientId, Address, Template, Category, Provider, Batch, Since, Limit], ListAsync));
        command.Add(CommandRunner.Connected(terminal, "show", "A message, and why it did what it did.", [Id], (session, token) => ShowAsync(session, session.Value(Id), token)));
        command.Add(CommandRunner.Connected(terminal, "content", "What a message said.", [Id], ContentAsync));
        return command;
    }

    public static async Task<int> ShowAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var message = await session.Client.Messages.GetAsync(id, cancellationToken);
        session.Show(message, CarillonJson.Default.Message, answer => Write(answer, session.Terminal));
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(Session session, CancellationToken cancellationToken)
    {
        var limit = session.Value(Limit);
        if (limit < 0) throw new UsageException("--limit must be 0 or more.");
        var query = new MessageQuery
        {
            Status = session.Value(Status),
            Channel = session.Value(Channel),
            RecipientId = session.Value(RecipientId),
            Address = session.Value(Address),
            TemplateId = session.Value(Template),
            Category = session.Value(Category),
            ProviderId = session.Value(Provider),
            BatchId = session.Value(Batch),
            CreatedAfter = RequestOptions.ReadTime("--since", session.Value(Since), session.Terminal.Time),
            PageSize = limit == 0 ? 500 : Math.Min(limit, 500),
        };
        var messages = session.Client.Messages.ListAsync(query, cancellationToken);
        await session.ShowAsync(limit == 0 ? messages : messages.Take(limit), CarillonJson.Default.Message, MessageTable.Columns, MessageTable.Row, cancellationToken);
        return ExitCode.Done;
    }

    private static async Task<int> ContentAsync(Session session, CancellationToken cancellationToken)
    {
        var content = await session.Client.Messages.GetContentAsync(session.Value(Id), cancellationToken);
        session.Show(content, CarillonJson.Default.MessageContent, answer =>
        {
            if (answer.Unavailable is not null) session.Terminal.Line($"It cannot be shown: {answer.Unavailable}");
            if (answer.Subject is not null) session.Terminal.Line($"Subject: {answer.Subject}\n");
            if ((answer.Text ?? answer.Html) is { } text) session.Terminal.Line(text);
            if (answer.Unchanged == false) session.Terminal.Errors.WriteLine("Rendered again, it is not what was sent.");
        });
        return ExitCode.Done;
    }

    private static void Write(Message message, Terminal terminal)
    {
        terminal.Line($"{message.Channel} to {message.Address}: {message.Status}{(message.Reason is null ? "" : $" ({message.Reason})")}");
        terminal.Line($"  of {message.NotificationId}, made at {Terminal.At(message.CreatedAt)}");
        if (message.SentAt is { } sent) terminal.Line($"  sent at {Terminal.At(sent)}{(message.ExternalId is null ? "" : $", known to the gateway as {message.ExternalId}")}");
        else if (message.DueAt is { } due) terminal.Line($"  due at {Terminal.At(due)}");
        if (message.Cost is { } cost) terminal.Line(FormattableString.Invariant($"  cost {cost} {message.Currency}"));
        if (message.Segments is { } segments) terminal.Line(FormattableString.Invariant($"  {segments} segments of {message.Encoding}"));
        if (message.Waiting is { } waiting) terminal.Line($"  {waiting.Words}");
        foreach (var entry in message.Trace ?? []) terminal.Line($"{Terminal.At(entry.At)}  {entry.Words ?? entry.Kind}");
    }
}
