using Carillon.Messages;

namespace Carillon.Contacts;

/// <summary>
/// One request at a time changes a contact, from the moment at which it reads what is known to its commit: of two that each add an
/// address neither is lost. Whoever needs several turns takes them in the order of the ids, so that nobody waits in a circle.
/// </summary>
internal sealed class ContactTurns
{
    private readonly Lock _lock = new();

    /// <summary>Contacts whose turn is taken, and those who wait for it; null for none.</summary>
    private readonly Dictionary<(TenantId, string), Queue<TaskCompletionSource>?> _taken = [];

    public ValueTask TakeAsync(TenantId tenant, string id)
    {
        lock (_lock)
        {
            if (_taken.TryAdd((tenant, id), null)) return ValueTask.CompletedTask;
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_taken[(tenant, id)] ??= new()).Enqueue(turn);
            return new ValueTask(turn.Task);
        }
    }

    public void End(TenantId tenant, string id)
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            if (_taken[(tenant, id)]?.TryDequeue(out next) != true) _taken.Remove((tenant, id));
        }

        next?.SetResult();
    }
}
