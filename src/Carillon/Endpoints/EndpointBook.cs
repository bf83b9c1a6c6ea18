using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Webhook;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Endpoints;

/// <summary>
/// The endpoints of webhooks that are gone, in memory, as the store has them. Standard Webhooks has a sender disable an endpoint that answers 410
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Thread-safe; asking takes no lock.
/// </summary>
public sealed class EndpointBook(INodeStore settings, TimeProvider time, IDefectLog defects) : IWebhookEndpoints
{
    private const string Prefix = "endpoint/";

    private volatile ConcurrentDictionary<Guid, DisabledEndpoint> _disabled = [];

    /// <summary>Reads all of it: at the start, and when another node has changed something.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var disabled = new ConcurrentDictionary<Guid, DisabledEndpoint>();
        foreach (var (name, value) in await settings.ListSettingsAsync(Prefix, cancellationToken))
        {
            // One that was enabled again stays behind, empty.
            if (value.Length == 0) continue;
            var document = JsonSerializer.Deserialize(value, EndpointJson.Default.EndpointDocument)!;
            var tenant = new TenantId(int.Parse(name.AsSpan(Prefix.Length, name.IndexOf('/', Prefix.Length) - Prefix.Length), CultureInfo.InvariantCulture));
            var id = IdOf(tenant, document.Url);
            disabled[id] = new DisabledEndpoint(tenant, id, document.Url, document.DisabledAt, document.MessageId);
        }

        _disabled = disabled;
    }

    /// <summary>Null while it may be posted to.</summary>
    public DisabledEndpoint? Find(TenantId tenant, Uri url)
    {
        var disabled = _disabled;
        return disabled.IsEmpty ? null : disabled.GetValueOrDefault(IdOf(tenant, Normalize(url)));
    }

    /// <summary>The tenant's, by their ids.</summary>
    public IReadOnlyList<DisabledEndpoint> List(TenantId tenant) => [.. _disabled.Values.Where(e => e.Tenant == tenant).OrderBy(e => e.Id)];

    /// <summary>From now on nothing is posted there. Kept in memory also when the store cannot take it.</summary>
    public async Task DisableAsync(TenantId tenant, Uri url, Guid message)
    {
        var normalized = Normalize(url);
        var endpoint = new DisabledEndpoint(tenant, IdOf(tenant, normalized), normalized, time.GetUtcNow(), message);
        if (!_disabled.TryAdd(endpoint.Id, endpoint)) return;
        var document = new EndpointDocument(endpoint.Url, endpoint.DisabledAt, message);
        try
        {
            await settings.PutSettingAsync(NameOf(endpoint), JsonSerializer.SerializeToUtf8Bytes(document, EndpointJson.Default.EndpointDocument));
        }
        catch (StorageUnavailableException e)
        {
            defects.Report($"The endpoint of message {PublicId.Format(PublicId.Message, message)} is gone, and that could not be stored", e);
        }
    }

    /// <summary>Lets it be posted to again; false when the tenant has no disabled endpoint of this id.</summary>
    public async Task<bool> EnableAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        if (!_disabled.TryGetValue(id, out var endpoint) || endpoint.Tenant != tenant) return false;
        await settings.PutSettingAsync(NameOf(endpoint), [], cancellationToken);
        _disabled.TryRemove(id, out _);
        return true;
    }

    internal static string Normalize(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped);

    private static string NameOf(DisabledEndpoint endpoint) => $"{Prefix}{endpoint.Tenant}/{endpoint.Id:n}";

    private static Guid IdOf(TenantId tenant, string url) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{url}")).AsSpan(0, 16), bigEndian: true);
}
