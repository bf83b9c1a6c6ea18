using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;

namespace Carillon.Server.Commands;

/// <summary>What rows get that do not say it themselves.</summary>
/// <param name="Keyed">An idempotency key, from what they say.</param>
internal sealed record BatchDefaults(string? Template, string? Channel, bool Keyed);

/// <summary>A file of notifications, read once, as it is sent: lines of JSON, or CSV with a header.</summary>
internal sealed class BatchFile : IAsyncDisposable
{
    /// <summary>Columns that are fields of a notification; all others are variables of its template.</summary>
    private static readonly string[] Fields =
    [
        "recipient_id", "channel", "template_id", "subject", "message", "html", "syntax", "from", "reply_to", "category", "priority", "scheduled_at", "expires_at",
        "idempotency_key",
    ];

    private static readonly string[] RecipientFields = ["id", "name", "email", "phone", "locale", "timezone"];

    private readonly FileStream? _file;
    private readonly TextReader _reader;
    private readonly bool _isCsv;
    private readonly BatchDefaults _defaults;
    private readonly List<int> _lines = [];

    /// <summary>How often what a row says has stood in the file so far: rows that are alike are meant, each of them.</summary>
    private readonly Dictionary<UInt128, int> _alike = [];

    public BatchFile(string path, Terminal terminal, BatchDefaults defaults)
    {
        _defaults = defaults;
        _isCsv = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
        if (path != "-") _file = File.OpenRead(path);
        _reader = _file is null ? terminal.Input : new StreamReader(_file);
    }

    /// <summary>How much of it is read, from 0 to 1.</summary>
    public double Progress => _file is null || _file.Length == 0 ? 0 : (double)_file.Position / _file.Length;

    /// <summary>The line in which a notification stands, by its place among them.</summary>
    public int LineOf(long index) => _lines[(int)index];

    /// <exception cref="InvalidDataException">A line cannot be read; it says which. Those before it were given out.</exception>
    public IAsyncEnumerable<JsonObject> ReadAsync(CancellationToken cancellationToken) => _isCsv ? ReadCsvAsync(cancellationToken) : ReadLinesAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        if (_file is not null) _reader.Dispose();
        return _file?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<JsonObject> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            JsonObject? notification;
            try
            {
                notification = JsonNode.Parse(line) as JsonObject;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"Line {number} is no JSON: {e.Message} What stands before it was sent; mend the line and send the file again.", e);
            }

            if (notification is null) throw new InvalidDataException($"Line {number} is no JSON object. What stands before it was sent; mend the line and send the file again.");
            _lines.Add(number);
            yield return Complete(notification);
        }
    }

    private async IAsyncEnumerable<JsonObject> ReadCsvAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A row with a column too few or too many would put values into the wrong places: nothing is guessed.
        var options = new CsvReaderOptions { MalformedData = CsvMalformedDataHandling.Throw, FieldCountMismatch = CsvFieldCountHandling.Throw, TrackLineNumbers = true };
        await using var csv = CsvReader.Create(_reader, options, leaveOpen: true);
        var header = Array.Empty<string>();
        while (await ReadRowAsync(csv, cancellationToken))
        {
            if (header.Length == 0) header = Header(csv);
            _lines.Add((int)csv.LineNumber);
            yield return Complete(Row(csv, header));
        }
    }

    private static async ValueTask<bool> ReadRowAsync(CsvReader csv, CancellationToken cancellationToken)
    {
        try
        {
            return await csv.ReadAsync(cancellationToken);
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"Line {e.LineNumber} is no row of this table: {e.Message} What stands before it was sent; mend the line and send the file again.", e);
        }
    }

    private static string[] Header(CsvReader csv)
    {
        var header = csv.Headers.Select(h => h.Trim()).ToArray();
        return header.Any(h => h is "email" or "phone" or "id" or "recipient_id")
            ? header
            : throw new InvalidDataException($"The header must have a column email, phone, id or recipient_id; it has: {string.Join(", ", header)}.");
    }

    private static JsonObject Row(CsvReader csv, string[] header)
    {
        var notification = new JsonObject();
        var recipient = new JsonObject();
        var variables = new JsonObject();
        for (var i = 0; i < header.Length; i++)
        {
            if (csv.GetString(i) is not { Length: > 0 } value) continue;
            var name = header[i];
            if (Fields.Contains(name)) notification[name] = value;
            else if (RecipientFields.Contains(name)) recipient[name] = value;
            else variables[name] = value;
            // A name is what templates greet by, too.
            if (name == "name") variables[name] = value;
        }

        if (recipient.Count > 0) notification["recipient"] = recipient;
        if (variables.Count > 0) notification["template_variables"] = variables;
        return notification;
    }

    private JsonObject Complete(JsonObject notification)
    {
        if (_defaults.Template is { } template && !notification.ContainsKey("template_id") && !notification.ContainsKey("message") && !notification.ContainsKey("html"))
            notification["template_id"] = template;
        if (_defaults.Channel is { } channel && !notification.ContainsKey("channel") && !notification.ContainsKey("channels")) notification["channel"] = channel;
        if (_defaults.Keyed && !notification.ContainsKey("idempotency_key")) notification["idempotency_key"] = KeyOf(notification);
        return notification;
    }

    /// <summary>Of the row and not of the file: one that was mended and is sent again must not send twice what was good.</summary>
    private string KeyOf(JsonObject notification)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(notification.ToJsonString()))[..16];
        var row = new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8));
        var number = _alike[row] = _alike.GetValueOrDefault(row) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"row:{Convert.ToHexStringLower(hash)}:{number}");
    }
}
