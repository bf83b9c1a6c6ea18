using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary>A command that runs: the server it talks to, what was typed, where it writes.</summary>
internal sealed class Session(Uri address, string key, Terminal terminal, ParseResult arguments) : IDisposable
{
    // For people and programs that read UTF-8, not for HTML.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Address => address.AbsoluteUri;

    public string Key => key;

    public CarillonClient Client { get; } = new(address, key);

    public Terminal Terminal => terminal;

    /// <summary>Whether a program reads the output.</summary>
    public bool IsJson { get; } = arguments.GetValue(Connection.Json);

    public T? Value<T>(Option<T> option) => arguments.GetValue(option);

    /// <summary>Of an argument that need not be given: null.</summary>
    public T Value<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Shows one answer: as it came for programs, else as people like it.</summary>
    public void Show<T>(T answer, JsonTypeInfo<T> type, Action<T> forPeople)
    {
        if (IsJson) WriteJson(terminal.Output, answer, type);
        else forPeople(answer);
    }

    /// <summary>Shows a list: one document a line as they come, or a table.</summary>
    public async Task ShowAsync<T>(
        IAsyncEnumerable<T> items, JsonTypeInfo<T> type, IReadOnlyList<string> columns, Func<T, IReadOnlyList<string?>> row, CancellationToken cancellationToken)
    {
        if (IsJson)
        {
            await foreach (var item in items.WithCancellation(cancellationToken)) WriteJson(terminal.Output, item, type);
            return;
        }

        var rows = await items.Select(row).ToListAsync(cancellationToken);
        if (rows.Count == 0) terminal.Errors.WriteLine("There is nothing.");
        else terminal.Table(columns, rows);
    }

    public static void WriteJson<T>(TextWriter output, T value, JsonTypeInfo<T> type)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain)) JsonSerializer.Serialize(json, value, type);
        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    public void Dispose() => Client.Dispose();
}
