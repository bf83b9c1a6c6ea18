using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary>Messages in a table.</summary>
internal static class MessageTable
{
    public static readonly string[] Columns = ["message", "made", "channel", "address", "status", "reason", "attempts"];

    public static IReadOnlyList<string?> Row(Message message) =>
        [message.Id, Terminal.At(message.CreatedAt), message.Channel, message.Address, message.Status, message.Reason, Terminal.Number(message.AttemptCount)];

    public static void Write(IEnumerable<Message> messages, Terminal terminal) => terminal.Table(Columns, messages.Select(Row));
}
