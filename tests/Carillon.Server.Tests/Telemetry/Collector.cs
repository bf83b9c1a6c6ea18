using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace Carillon.Server.Tests.Telemetry;

/// <summary>A collector on loopback that takes OTLP by HTTP or gRPC, as far as metrics need it (opentelemetry/proto/metrics/v1/metrics.proto).</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public ConcurrentQueue<(string Path, string? ContentType, string? Key, Export Export)> Requests { get; } = new();

    public static async Task<Collector> StartAsync(bool grpc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(e => e.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var collector = new Collector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var isGrpc = context.Request.Protocol == "HTTP/2";
        // gRPC: whether it is compressed, a byte, and its length, four, stand before the message.
        var message = isGrpc ? body.ToArray()[5..] : body.ToArray();
        Requests.Enqueue((context.Request.Path, context.Request.ContentType, context.Request.Headers["x-key"], Export.Read(message)));
        context.Response.ContentType = context.Request.ContentType;
        if (!isGrpc) return;
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}

/// <summary>What one request holds.</summary>
internal sealed record Export(IReadOnlyDictionary<string, string> Resource, IReadOnlyList<ExportedMetric> Metrics)
{
    public double? Value(string name, params string[] labels) =>
        Metrics.SingleOrDefault(m => m.Name == name)?.Points.SingleOrDefault(p => p.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(labels))?.Value;

    public static Export Read(byte[] body)
    {
        var metrics = new List<ExportedMetric>();
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in Fields(body, 1))
        {
            foreach (var described in Fields(resource, 1))
            {
                foreach (var (key, value) in Attributes(described, 1)) attributes[key] = value;
            }

            foreach (var scope in Fields(resource, 2))
            {
                Assert.Equal("Carillon", Text(Fields(Fields(scope, 1).Single(), 1).Single()));
                metrics.AddRange(Fields(scope, 2).Select(ReadMetric));
            }
        }

        return new Export(attributes, metrics);
    }

    private static ExportedMetric ReadMetric(byte[] metric)
    {
        var (gauge, sum) = (Fields(metric, 5).SingleOrDefault(), Fields(metric, 7).SingleOrDefault());
        var points = Fields(gauge ?? sum ?? throw new FormatException("Neither a gauge nor a sum."), 1).Select(point => new ExportedPoint(
            [.. Attributes(point, 7).Select(a => $"{a.Key}={a.Value}")],
            Protobuf(point).Where(f => f.Number == 4).Select(f => BitConverter.Int64BitsToDouble((long)f.Value)).Single()));
        return new ExportedMetric(Text(Fields(metric, 1).Single()), Text(Fields(metric, 2).Single()), sum is not null, [.. points]);
    }

    private static IEnumerable<(string Key, string Value)> Attributes(byte[] message, int field) =>
        Fields(message, field).Select(a => (Text(Fields(a, 1).Single()), Text(Fields(Fields(a, 2).Single(), 1).SingleOrDefault() ?? [])));

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static IEnumerable<byte[]> Fields(byte[] message, int number) => Protobuf(message).Where(f => f.Number == number && f.Bytes is not null).Select(f => f.Bytes!);

    /// <summary>The fields of a message: numbers, or bytes with a length before them.</summary>
    private static List<(int Number, ulong Value, byte[]? Bytes)> Protobuf(byte[] message)
    {
        var fields = new List<(int, ulong, byte[]?)>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((number, Varint(message, ref at), null));
                    break;
                case 1:
                    fields.Add((number, BitConverter.ToUInt64(message, at), null));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    fields.Add((number, 0, message[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add((number, BitConverter.ToUInt32(message, at), null));
                    at += 4;
                    break;
                default:
                    throw new FormatException("No field of protobuf begins so.");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }
}

internal sealed record ExportedMetric(string Name, string Description, bool IsSum, IReadOnlyList<ExportedPoint> Points);

internal sealed record ExportedPoint(IReadOnlyList<string> Labels, double Value);
