using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// A prepared statement of the writing connection, used over and over: <c>Add</c> its parameters in order, then <see cref="Run"/> it,
/// or <see cref="Step"/> through its rows and <see cref="Reset"/>. Not thread-safe.
/// </summary>
internal sealed unsafe class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _handle;
    private readonly nint _statement;
    private int _bound;

    public SqliteStatement(sqlite3 database, SqlStatement sql)
    {
        _database = database;
        var result = raw.sqlite3_prepare_v3(database, sql.Text, raw.SQLITE_PREPARE_PERSISTENT, out _handle);
        if (result != raw.SQLITE_OK) throw SqliteFaults.Error(database, result);
        _statement = _handle.DangerousGetHandle();
    }

    public SqliteStatement Add(long value)
    {
        Check(SqliteNative.BindInt64(_statement, ++_bound, value));
        return this;
    }

    public SqliteStatement Add(long? value) => value is { } some ? Add(some) : AddNull();

    public SqliteStatement Add(bool value) => Add(value ? 1L : 0L);

    public SqliteStatement Add(DateTimeOffset value) => Add(value.ToUnixTimeMilliseconds());

    public SqliteStatement Add(DateTimeOffset? value) => value is { } some ? Add(some) : AddNull();

    public SqliteStatement Add(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return AddBlob(bytes);
    }

    public SqliteStatement Add(Guid? value) => value is { } some ? Add(some) : AddNull();

    public SqliteStatement Add(byte[]? value) => value is null ? AddNull() : AddBlob(value);

    public SqliteStatement Add(string? value)
    {
        if (value is null) return AddNull();
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most <= 1024)
        {
            Span<byte> buffer = stackalloc byte[1024];
            return AddText(buffer[..Encoding.UTF8.GetBytes(value, buffer)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        AddText(rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    public SqliteStatement AddText(ReadOnlySpan<byte> utf8)
    {
        // A null pointer would bind NULL, and an empty span has one.
        byte none = 0;
        fixed (byte* bytes = utf8)
        {
            Check(SqliteNative.BindText(_statement, ++_bound, bytes is null ? &none : bytes, utf8.Length, SqliteNative.Transient));
        }

        return this;
    }

    public SqliteStatement AddBlob(ReadOnlySpan<byte> blob)
    {
        byte none = 0;
        fixed (byte* bytes = blob)
        {
            Check(SqliteNative.BindBlob(_statement, ++_bound, bytes is null ? &none : bytes, blob.Length, SqliteNative.Transient));
        }

        return this;
    }

    public SqliteStatement AddNull()
    {
        Check(SqliteNative.BindNull(_statement, ++_bound));
        return this;
    }

    /// <summary>Runs to the end; returns how many rows it changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }

        Reset();
        return SqliteNative.Changes(_database.DangerousGetHandle());
    }

    /// <summary>True when a row is there to be read.</summary>
    public bool Step()
    {
        var result = SqliteNative.Step(_statement);
        if (result == raw.SQLITE_ROW) return true;
        if (result == raw.SQLITE_DONE) return false;
        throw Fail(result);
    }

    public void Reset()
    {
        _ = SqliteNative.Reset(_statement);
        _bound = 0;
    }

    public bool IsNull(int column) => SqliteNative.ColumnType(_statement, column) == raw.SQLITE_NULL;

    public long GetInt64(int column) => SqliteNative.ColumnInt64(_statement, column);

    public long? GetNullableInt64(int column) => IsNull(column) ? null : GetInt64(column);

    public Guid GetGuid(int column) => new(Bytes(column), bigEndian: true);

    public Guid? GetNullableGuid(int column) => IsNull(column) ? null : GetGuid(column);

    public byte[]? GetBytes(int column) => IsNull(column) ? null : Bytes(column).ToArray();

    public string? GetString(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(Bytes(column));

    public void Dispose() => _handle.Dispose();

    private ReadOnlySpan<byte> Bytes(int column)
    {
        var bytes = SqliteNative.ColumnBlob(_statement, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ColumnBytes(_statement, column));
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw Fail(result);
    }

    private SqliteException Fail(int result)
    {
        var error = SqliteFaults.Error(_database, result);
        Reset();
        return error;
    }
}
