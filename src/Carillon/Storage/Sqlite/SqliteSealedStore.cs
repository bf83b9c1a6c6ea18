using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteSealedStore(Func<SqliteWriter> writer, SqliteReaders readers) : ISealedStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Sealed.sql");

    public async ValueTask<IReadOnlyList<SealedCount>> CountAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<SealedCount>>(
            connection =>
            [
                .. Enum.GetValues<SealedKind>().SelectMany(kind => connection.Query<CountRow>(Sql["count_" + SealedKindNames.All.NameOf(kind)].Text)
                    .Select(row => new SealedCount(kind, row.KeyId, row.Count))),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<SealedSecret>> ListAsync(
        SealedKind kind, byte[] keyId, Guid? after, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<SealedSecret>>(
            connection =>
            [
                .. connection.Query<Row>(Sql["list_" + SealedKindNames.All.NameOf(kind)].Text, new { keyId, after = after?.ToBytes() ?? [], limit })
                    .Select(row => new SealedSecret(kind, new TenantId((int)row.Tenant), SqliteValues.ToGuid(row.Owner), row.Sealed)),
            ],
            cancellationToken);

    public async ValueTask<int> ReplaceAsync(IReadOnlyList<SealedReplacement> replacements, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => replacements.Sum(r => session.Connection.Execute(
                Sql["replace_" + SealedKindNames.All.NameOf(r.Was.Kind)].Text,
                new { tenant = r.Was.Tenant.Value, owner = r.Was.Owner.ToBytes(), was = r.Was.Sealed, made = r.Sealed })),
            cancellationToken);

    private sealed class CountRow
    {
        public byte[] KeyId { get; set; } = [];

        public long Count { get; set; }
    }

    private sealed class Row
    {
        public long Tenant { get; set; }

        public byte[] Owner { get; set; } = [];

        public byte[] Sealed { get; set; } = [];
    }
}
