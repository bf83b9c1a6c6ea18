using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Carillon.Storage.Sqlite;

/// <summary>A connection that writes, with its prepared statements. Belongs to one thread.</summary>
internal sealed class SqliteSession : IDisposable
{
    private static readonly SqlStatement BeginText = new("begin", "BEGIN IMMEDIATE");
    private static readonly SqlStatement CommitText = new("commit", "COMMIT");
    private static readonly SqlStatement RollbackText = new("rollback", "ROLLBACK");
    private static readonly SqlStatement SavepointText = new("savepoint", "SAVEPOINT one");
    private static readonly SqlStatement ReleaseText = new("release", "RELEASE one");
    private static readonly SqlStatement RollbackToText = new("rollback_to", "ROLLBACK TO one");

    private readonly Dictionary<SqlStatement, SqliteStatement> _statements = [];
    private readonly sqlite3 _handle;

    public SqliteSession(SqliteConnection open)
    {
        Connection = open;
        _handle = open.Handle ?? throw new ArgumentException("The connection is not open.", nameof(open));
    }

    /// <summary>The same connection, for statements that are not hot.</summary>
    public SqliteConnection Connection { get; }

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>The key of the row that was inserted last.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(_handle);

    public SqliteStatement this[SqlStatement sql]
    {
        get
        {
            if (_statements.TryGetValue(sql, out var found)) return found;
            var made = new SqliteStatement(_handle, sql);
            _statements.Add(sql, made);
            return made;
        }
    }

    public void Begin() => this[BeginText].Run();

    public void Commit() => this[CommitText].Run();

    /// <summary>Some errors (a full disk) have rolled back by themselves.</summary>
    public void Rollback()
    {
        ResetAll();
        if (InTransaction) this[RollbackText].Run();
    }

    public void Savepoint() => this[SavepointText].Run();

    public void ReleaseSavepoint() => this[ReleaseText].Run();

    public void RollbackToSavepoint()
    {
        ResetAll();
        this[RollbackToText].Run();
        this[ReleaseText].Run();
    }

    // Whoever threw may have left a statement half bound, or in the midst of its rows.
    private void ResetAll()
    {
        foreach (var statement in _statements.Values) statement.Reset();
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _statements.Clear();
        Connection.Dispose();
    }
}
