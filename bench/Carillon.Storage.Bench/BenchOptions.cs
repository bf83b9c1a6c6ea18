using System.Globalization;
using Carillon.Storage.PostgreSql;
using Carillon.Storage.Sqlite;

namespace Carillon.Storage.Bench;

internal sealed class BenchOptions
{
    private byte[]? _variables;

    public List<string> Parts { get; } = [];

    public int Count { get; private set; } = 200_000;

    public int Group { get; private set; } = 100;

    public int Tenants { get; private set; } = 1;

    public bool Contacts { get; private set; }

    /// <summary>Every accept has an idempotency key of random characters.</summary>
    public bool Keys { get; private set; }

    /// <summary>Bytes of variables per notification.</summary>
    public int Variables { get; private set; } = 1000;

    public IReadOnlyList<int> Backlogs { get; private set; } = [10_000, 1_000_000];

    /// <summary>PostgreSQL instead of SQLite: where. Everything in its schema public is dropped.</summary>
    public string? Url { get; private set; }

    public string Directory { get; private set; } = Path.Combine(Path.GetTempPath(), "carillon-bench");

    public byte[] SampleVariables => _variables ??= [.. "{\"text\":\""u8, .. Enumerable.Repeat((byte)'x', Math.Max(0, Variables - 11)), .. "\"}"u8];

    public string SampleText => field ??= new string('x', Variables);

    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--count": options.Count = Number(args[++i]); break;
                case "--group": options.Group = Number(args[++i]); break;
                case "--tenants": options.Tenants = Number(args[++i]); break;
                case "--variables": options.Variables = Number(args[++i]); break;
                case "--keys": options.Keys = true; break;
                case "--contacts": options.Contacts = true; break;
                case "--backlogs": options.Backlogs = [.. args[++i].Split(',').Select(Number)]; break;
                case "--url": options.Url = args[++i]; break;
                case "--directory": options.Directory = args[++i]; break;
                default: options.Parts.Add(args[i]); break;
            }
        }

        return options;
    }

    public bool Runs(string part) => Parts.Count == 0 || Parts.Contains(part, StringComparer.Ordinal);

    /// <summary>An empty directory for one part.</summary>
    public string Fresh(string part)
    {
        var path = Path.Combine(Directory, part);
        if (System.IO.Directory.Exists(path)) System.IO.Directory.Delete(path, recursive: true);
        System.IO.Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>A store for one part: an empty one, or the one that an earlier part left.</summary>
    public async Task<IStorage> OpenAsync(string part, bool fresh = true)
    {
        var store = Make(part, fresh);
        await store.OpenAsync();
        return store;
    }

    public IStorage Make(string part, bool fresh = true)
    {
        if (Url is { } url)
        {
            if (fresh) PostgreSqlServer.Clear(url);
            return new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = url }, TimeProvider.System);
        }

        var directory = fresh ? Fresh(part) : Path.Combine(Directory, part);
        return new SqliteStorage(new SqliteStorageOptions { Directory = directory }, TimeProvider.System);
    }

    /// <summary>Bytes that a part's store takes on the disk.</summary>
    public long SizeOf(string part) => Url is { } url
        ? PostgreSqlServer.Size(url)
        : new DirectoryInfo(Path.Combine(Directory, part)).EnumerateFiles().Sum(f => f.Length);

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
