using System.Net.Sockets;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>What errors mean to those above, by their SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html).</summary>
internal static class PostgreSqlFaults
{
    /// <summary>The server, its disk, the network or another transaction is in the way; it may pass. All else is the fault of what was written.</summary>
    public static bool IsUnavailable(Exception e) => e switch
    {
        PostgresException error => error.SqlState.AsSpan(0, 2) is
            "08" // connection
            or "25" // read-only: a standby, or a server that an operator has locked
            or "26" // a prepared statement is gone: a pooler is between, and nobody said so
            or "28" // the role's right to come in was withdrawn
            or "40" // deadlock, serialization
            or "53" // disk full, out of memory, too many connections
            or "55" // a lock was not to be had
            or "57" // shut down, starting, cancelled
            or "58" // the server's operating system
            or "3D" // the database is gone
            or "XX" // damaged
            || error.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedTable,
        NpgsqlException or PostgreSqlCollisionException or SocketException or IOException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>Another transaction came first; the same work may well succeed now.</summary>
    public static bool IsCollision(Exception e) => e is PostgreSqlCollisionException or PostgresException
    {
        SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure,
    };

    public static bool IsUniqueViolation(PostgresException e) => e.SqlState == PostgresErrorCodes.UniqueViolation;

    public static StorageUnavailableException Unavailable(string where, Exception e)
    {
        var what = e switch
        {
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "its disk is full",
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => "it has no connection left",
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "it is read-only, perhaps a standby",
            PostgresException { SqlState: "26000" or "08P01" } => "a pooler seems to stand between: say pgbouncer=true in the URL",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => "the role lacks a right",
            PostgresException error when error.SqlState.StartsWith("57", StringComparison.Ordinal) => "it is stopping, starting or gave up the statement",
            PostgresException => "it refused",
            _ when e is TimeoutException || e.InnerException is TimeoutException => "it does not answer in time",
            _ => "it cannot be reached",
        };
        var text = e is PostgresException answered ? answered.MessageText : e.Message;
        return new StorageUnavailableException($"{where} cannot be used now: {what} ({text}).", e);
    }
}

/// <summary>Another transaction changed what this one stood on: it is to be rolled back and run again.</summary>
internal sealed class PostgreSqlCollisionException() : Exception("Another transaction came first.");
