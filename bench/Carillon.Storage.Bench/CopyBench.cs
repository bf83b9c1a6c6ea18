using Carillon.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Carillon.Storage.Bench;

/// <summary>The same rows of an intake, into the same tables, by binary COPY: what the arrays of the store are measured against.</summary>
internal static class CopyBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        await using (await options.OpenAsync("copy"))
        {
            // The tables are there.
        }

        await using var connection = PostgreSqlServer.Connect(options.Url!);
        var ids = new IdGenerator(TimeProvider.System);
        var server = PostgreSqlServer.Processor(options.Url!);
        var meter = new Meter();
        for (var done = 0; done < options.Count; done += options.Group)
        {
            var now = TimeProvider.System.GetUtcNow();
            var notifications = Enumerable.Range(0, options.Group).Select(_ => Sample.Make(ids, now, options, owned: true)).ToList();
            await using var transaction = await connection.BeginTransactionAsync();
            await CopyAsync(
                connection, "notification (id, tenant_id, template_version_id, variables, category, priority, on_unknown, created_at, locale)", notifications,
                async (row, n) =>
                {
                    await row.WriteAsync(n.Id, NpgsqlDbType.Uuid);
                    await row.WriteAsync(n.Tenant.Value, NpgsqlDbType.Integer);
                    await row.WriteAsync(n.TemplateVersionId!.Value, NpgsqlDbType.Uuid);
                    await row.WriteAsync(n.Variables, NpgsqlDbType.Bytea);
                    await row.WriteAsync(n.Category!, NpgsqlDbType.Text);
                    await row.WriteAsync((short)n.Priority, NpgsqlDbType.Smallint);
                    await row.WriteAsync((short)n.OnUnknown, NpgsqlDbType.Smallint);
                    await row.WriteAsync(n.CreatedAt.ToUnixTimeMilliseconds(), NpgsqlDbType.Bigint);
                    await row.WriteAsync(n.Locale!, NpgsqlDbType.Text);
                });
            await CopyAsync(
                connection, "message (id, tenant_id, notification_id, lane, channel, address, status, step, attempts, created_at, due_at, updated_at)", notifications,
                async (row, n) =>
                {
                    var message = n.Messages[0];
                    await row.WriteAsync(message.Id, NpgsqlDbType.Uuid);
                    await row.WriteAsync(n.Tenant.Value, NpgsqlDbType.Integer);
                    await row.WriteAsync(n.Id, NpgsqlDbType.Uuid);
                    await row.WriteAsync(message.Lane.Value, NpgsqlDbType.Bigint);
                    await row.WriteAsync((short)message.Channel, NpgsqlDbType.Smallint);
                    await row.WriteAsync(message.Address, NpgsqlDbType.Text);
                    await row.WriteAsync((short)3, NpgsqlDbType.Smallint);
                    await row.WriteAsync(0, NpgsqlDbType.Integer);
                    await row.WriteAsync(0, NpgsqlDbType.Integer);
                    for (var i = 0; i < 3; i++) await row.WriteAsync(n.CreatedAt.ToUnixTimeMilliseconds(), NpgsqlDbType.Bigint);
                });
            await CopyAsync(
                connection, "owned_work (tenant_id, subject, kind, lane, due, epoch)", notifications,
                async (row, n) =>
                {
                    await row.WriteAsync(n.Tenant.Value, NpgsqlDbType.Integer);
                    await row.WriteAsync(n.Messages[0].Id, NpgsqlDbType.Uuid);
                    await row.WriteAsync((short)1, NpgsqlDbType.Smallint);
                    await row.WriteAsync(n.Messages[0].Lane.Value, NpgsqlDbType.Bigint);
                    await row.WriteAsync(n.CreatedAt.ToUnixTimeMilliseconds(), NpgsqlDbType.Bigint);
                    await row.WriteAsync(1L, NpgsqlDbType.Bigint);
                });
            await transaction.CommitAsync();
        }

        server = PostgreSqlServer.Processor(options.Url!) - server;
        meter.Report("accept by COPY", options.Count, options.SizeOf("copy"), $"server {server.TotalMicroseconds / options.Count:N1} us");
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string into, List<Notification> rows, Func<NpgsqlBinaryImporter, Notification, Task> write)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {into} FROM STDIN (FORMAT BINARY)");
        foreach (var row in rows)
        {
            await copy.StartRowAsync();
            await write(copy, row);
        }

        await copy.CompleteAsync();
    }
}
