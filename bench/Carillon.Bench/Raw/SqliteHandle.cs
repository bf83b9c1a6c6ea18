using SQLitePCL;

namespace Carillon.Bench.Raw;

/// <summary>A SQLite connection with the settings of the server's writer, and its statements; nothing between them and the library.</summary>
internal sealed class SqliteHandle : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<sqlite3_stmt> _statements = [];

    static SqliteHandle() => Batteries_V2.Init();

    public SqliteHandle(string path, bool readOnly)
    {
        Check(raw.sqlite3_open_v2(path, out _handle, readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, null));
        if (!readOnly)
            Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -24576; PRAGMA temp_store = MEMORY;");
    }

    public sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        _statements.Add(statement);
        return statement;
    }

    public void Run(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>Runs a statement with these values; they are null, long, string or byte[].</summary>
    public void Run(sqlite3_stmt statement, ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var code = values[i] switch
            {
                null => raw.sqlite3_bind_null(statement, i + 1),
                long number => raw.sqlite3_bind_int64(statement, i + 1, number),
                byte[] bytes => raw.sqlite3_bind_blob(statement, i + 1, bytes),
                // Texts are kept as UTF-8, as the server has them too.
                Utf8Text text => raw.sqlite3_bind_text(statement, i + 1, text.Bytes),
                _ => throw new ArgumentException("Not a value of SQLite.", nameof(values)),
            };
            Check(code);
        }

        Step(statement);
        Check(raw.sqlite3_reset(statement));
    }

    public List<object?[]> Query(string sql)
    {
        var statement = Prepare(sql);
        var rows = new List<object?[]>();
        while (Step(statement))
        {
            var row = new object?[raw.sqlite3_column_count(statement)];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = raw.sqlite3_column_type(statement, i) switch
                {
                    raw.SQLITE_NULL => null,
                    raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, i),
                    raw.SQLITE_BLOB => raw.sqlite3_column_blob(statement, i).ToArray(),
                    _ => new Utf8Text(System.Text.Encoding.UTF8.GetBytes(raw.sqlite3_column_text(statement, i).utf8_to_string())),
                };
            }

            rows.Add(row);
        }

        return rows;
    }

    public void Dispose()
    {
        foreach (var statement in _statements) raw.sqlite3_finalize(statement);
        raw.sqlite3_close_v2(_handle);
        _handle.Dispose();
    }

    private bool Step(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE)) Check(code);
        return code == raw.SQLITE_ROW;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw new BenchException($"SQLite says {code}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
    }
}

internal sealed record Utf8Text(byte[] Bytes)
{
    public override string ToString() => System.Text.Encoding.UTF8.GetString(Bytes);
}
