using System.Collections;
using Carillon.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Carillon.Storage.PostgreSql;

/// <summary>Short ways to fill a batch.</summary>
internal static class PostgreSqlBatches
{
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, SqlStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand Set(this NpgsqlBatchCommand command, string name, NpgsqlDbType type, object? value)
    {
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
        return command;
    }

    public static NpgsqlBatchCommand Set(this NpgsqlBatchCommand command, string name, long value)
    {
        command.Parameters.Add(new NpgsqlParameter<long>(name, NpgsqlDbType.Bigint) { TypedValue = value });
        return command;
    }

    public static NpgsqlBatchCommand Set(this NpgsqlBatchCommand command, string name, int value)
    {
        command.Parameters.Add(new NpgsqlParameter<int>(name, NpgsqlDbType.Integer) { TypedValue = value });
        return command;
    }

    public static NpgsqlBatchCommand Set(this NpgsqlBatchCommand command, string name, Guid value)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid>(name, NpgsqlDbType.Uuid) { TypedValue = value });
        return command;
    }

    /// <summary>That messages came to a status, where it is one of those by which they are found.</summary>
    public static void AddStates(this NpgsqlBatch batch, IEnumerable<(TenantId Tenant, Guid Id)> messages, MessageStatus status)
    {
        var all = messages.ToList();
        if (all.Count == 0) return;
        batch.Add(QueueSql.InsertStates)
            .Array("tenants", all.ConvertAll(m => m.Tenant.Value))
            .Array("statuses", all.ConvertAll(_ => (short)status))
            .Array("ids", all.ConvertAll(m => m.Id));
    }

    /// <param name="type">Of the elements.</param>
    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, NpgsqlDbType type, IList values) =>
        command.Set(name, NpgsqlDbType.Array | type, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<int> values) => command.Array(name, NpgsqlDbType.Integer, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<int?> values) => command.Array(name, NpgsqlDbType.Integer, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<short> values) => command.Array(name, NpgsqlDbType.Smallint, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<long> values) => command.Array(name, NpgsqlDbType.Bigint, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<long?> values) => command.Array(name, NpgsqlDbType.Bigint, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<Guid> values) => command.Array(name, NpgsqlDbType.Uuid, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<Guid?> values) => command.Array(name, NpgsqlDbType.Uuid, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<bool> values) => command.Array(name, NpgsqlDbType.Boolean, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<string?> values) => command.Array(name, NpgsqlDbType.Text, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<byte[]?> values) => command.Array(name, NpgsqlDbType.Bytea, values);

    public static NpgsqlBatchCommand Array(this NpgsqlBatchCommand command, string name, List<decimal?> values) => command.Array(name, NpgsqlDbType.Numeric, values);
}
