using System.Globalization;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// Reads how to reach PostgreSQL: the URLs that libpq reads (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING)
/// or Npgsql's own strings (https://www.npgsql.org/doc/connection-string-parameters.html).
/// </summary>
public static class PostgreSqlUrl
{
    // libpq's names whose Npgsql names are others; the rest is tried as it stands.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["passfile"] = "Passfile",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
    };

    /// <summary>Whether the text names PostgreSQL, whatever else may be wrong with it.</summary>
    public static bool IsPostgreSql(string text) =>
        text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || (text.Contains('=', StringComparison.Ordinal) && !text.Contains("://", StringComparison.Ordinal));

    /// <summary>Null when it cannot be read; <paramref name="fault"/> then says what is wrong, and never shows the password.</summary>
    internal static NpgsqlConnectionStringBuilder? Parse(string text, out bool pooler, out string fault)
    {
        (pooler, fault) = (false, "");
        try
        {
            var isUrl = text.Contains("://", StringComparison.Ordinal);
            var builder = isUrl ? new NpgsqlConnectionStringBuilder() : new NpgsqlConnectionStringBuilder(WithoutPooler(text, ref pooler));
            if (isUrl && !Read(builder, text, ref pooler, out fault)) return null;
            if (string.IsNullOrEmpty(builder.Host)) fault = "it names no host";
            else if (string.IsNullOrEmpty(builder.Username)) fault = "it names no user";
            if (builder.Database is null or "") builder.Database = builder.Username;
            return fault.Length == 0 ? builder : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or KeyNotFoundException)
        {
            // The message names the parameter; values stand in it only where they are of the wrong form.
            fault = e is ArgumentException { ParamName: { Length: > 0 } name } ? $"'{name}' cannot be used" : "a parameter is unknown or has a wrong value";
            return null;
        }
    }

    /// <summary>Whether it can be read.</summary>
    public static bool IsReadable(string text) => Parse(text, out _, out _) is not null;

    private static bool Read(NpgsqlConnectionStringBuilder builder, string text, ref bool pooler, out string fault)
    {
        fault = "";
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        if (question >= 0) rest = rest[..question];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            if (slash + 1 < rest.Length) builder.Database = Uri.UnescapeDataString(rest[(slash + 1)..]);
            rest = rest[..slash];
        }

        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            var user = colon >= 0 && colon < at ? rest[..colon] : rest[..at];
            if (user.Length > 0) builder.Username = Uri.UnescapeDataString(user);
            if (colon >= 0 && colon < at) builder.Password = Uri.UnescapeDataString(rest[(colon + 1)..at]);
            rest = rest[(at + 1)..];
        }

        if (!ReadHosts(builder, rest))
        {
            fault = "the port is not a number from 1 to 65535";
            return false;
        }

        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            if (IsPooler(name)) pooler = IsTrue(value);
            else if (!Set(builder, name, value))
            {
                fault = $"the parameter '{name}' is unknown or has a wrong value";
                return false;
            }
        }

        return true;
    }

    // host, host:port, [::1]:port, a socket's directory as %2Fpath, or several of them by commas.
    private static bool ReadHosts(NpgsqlConnectionStringBuilder builder, string text)
    {
        if (text.Length == 0) return true;
        var hosts = text.Split(',');
        if (hosts.Length > 1)
        {
            builder.Host = Uri.UnescapeDataString(text);
            return true;
        }

        var host = hosts[0];
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host[colon..].Contains(']', StringComparison.Ordinal))
        {
            if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535) return false;
            builder.Port = port;
            host = host[..colon];
        }

        builder.Host = Uri.UnescapeDataString(host.Trim('[', ']'));
        return true;
    }

    private static bool Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        // Npgsql writes these values without the hyphen (verify-full, read-write, prefer-standby).
        if (name.Equals("sslmode", StringComparison.OrdinalIgnoreCase)) value = value.Replace("-", "", StringComparison.Ordinal);
        try
        {
            builder[Names.GetValueOrDefault(name, name)] = value;
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or KeyNotFoundException or InvalidCastException)
        {
            return false;
        }
    }

    private static string WithoutPooler(string text, ref bool pooler)
    {
        var kept = new List<string>();
        foreach (var part in text.Split(';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && IsPooler(part[..equals].Trim())) pooler = IsTrue(part[(equals + 1)..].Trim());
            else kept.Add(part);
        }

        return string.Join(';', kept);
    }

    private static bool IsPooler(string name) => name.Equals("pgbouncer", StringComparison.OrdinalIgnoreCase);

    private static bool IsTrue(string value) => value is "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase);
}
