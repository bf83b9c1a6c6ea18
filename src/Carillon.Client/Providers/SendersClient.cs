using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/senders</c>: the domains whose mail is signed (DKIM).</summary>
public sealed class SendersClient
{
    private const string Path = "v1/senders";

    private readonly ApiConnection _api;

    internal SendersClient(ApiConnection api) => _api = api;

    public Task<Sender> CreateAsync(SenderDraft sender, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(sender, CarillonJson.Default.SenderDraft),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.Sender, cancellationToken);

    public Task<Sender> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"{Path}/{QueryText.Segment(id)}", CarillonJson.Default.Sender, cancellationToken);

    public IAsyncEnumerable<Sender> ListAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => new QueryText(Path).Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageSender, cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        _api.SendAsync(new ApiCall(HttpMethod.Delete, $"{Path}/{QueryText.Segment(id)}"), cancellationToken);
}

public sealed record SenderDraft
{
    /// <summary>Mail from it, and from the domains below it, is signed.</summary>
    public required string Domain { get; init; }

    /// <summary>Names the key in the DNS; <c>carillon</c> by default.</summary>
    public string? Selector { get; init; }

    /// <summary>RSA in PEM. Written, never read back. Without it a key pair is made.</summary>
    public string? PrivateKey { get; init; }
}

public sealed record Sender
{
    public required string Id { get; init; }

    public required string Domain { get; init; }

    public required string Selector { get; init; }

    /// <summary>What belongs into the DNS.</summary>
    public DnsRecord? DnsRecord { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

public sealed record DnsRecord(string Name, string Type, string Value);
