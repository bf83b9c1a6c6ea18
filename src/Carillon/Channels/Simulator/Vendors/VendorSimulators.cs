using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Vendors' HTTP APIs, simulated: a gateway whose <c>base_url</c> leads here speaks as with its vendor, and gets reports and replies as
/// from it. Each answers only once it has been set up. In memory of one node, gone with it. Thread-safe.
/// </summary>
public sealed class VendorSimulators : IAsyncDisposable
{
    /// <summary>Credentials that no simulated vendor takes.</summary>
    internal const string WrongSecret = "wrong";

    /// <summary>The last messages of each vendor that are kept.</summary>
    internal const int Kept = 1000;

    private readonly GatewayServices _services;
    private readonly FrozenVendors _vendors;
    private readonly SesDialect _ses = new();

    internal VendorSimulators(GatewayServices services)
    {
        _services = services;
        _vendors = new FrozenVendors([new TwilioDialect(), new VonageDialect(), new AfricasTalkingDialect(), new MessageBirdDialect(), new SendGridDialect(), new MailgunDialect(), _ses]);
    }

    public IReadOnlyCollection<string> Names => _vendors.Names;

    /// <summary>Sets a vendor up anew, without its messages. Its faults; empty when the settings are good; null when there is no such vendor.</summary>
    public IReadOnlyList<SettingsFault>? SetUp(string vendor, JsonElement settings)
    {
        if (_vendors.Find(vendor) is not { } found) return null;
        var faults = new List<SettingsFault>();
        if (VendorSettings.Read(settings, faults) is { } read) found.SetUp(new SimulatedVendor(found.Dialect, read, _services.Time, CallAsync, TargetOf));
        return faults;
    }

    /// <summary>The messages that a vendor took, newest first; null when it was not set up.</summary>
    /// <param name="vendor">Its name, or the public id of a provider that rehearses with one of its own.</param>
    public IReadOnlyList<VendorMessage>? Messages(string vendor) => Find(vendor)?.Messages;

    /// <summary>What a vendor answers; null when it was not set up.</summary>
    public async ValueTask<VendorReply?> AnswerAsync(string vendor, VendorRequest request, CancellationToken cancellationToken) =>
        _vendors.Find(vendor)?.Account is { } account ? await account.AnswerAsync(request, cancellationToken) : null;

    /// <summary>
    /// Has a person write to one of the account's numbers. What the callback was answered (<c>HTTP 200</c>), or why there was none; null
    /// when the vendor was not set up.
    /// </summary>
    /// <param name="vendor">As for <see cref="Messages"/>.</param>
    public async ValueTask<string?> ReplyAsync(string vendor, string from, string to, string text, CancellationToken cancellationToken) =>
        Find(vendor) is { } account ? await account.ReplyAsync(from, to, text, cancellationToken) : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var name in Names)
        {
            if (_vendors.Find(name)?.Account is { } account) await account.DisposeAsync();
        }

        _ses.Dispose();
    }

    private ISimulatedVendor? Find(string vendor) =>
        PublicId.TryParse(PublicId.Provider, vendor, out var provider) ? _services.Rehearsals.Find(provider) : _vendors.Find(vendor)?.Account;

    private async Task<string> CallAsync(VendorCallback callback, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(callback.Method, callback.Url);
        if (callback.ContentType is { } type)
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(callback.Body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in callback.Headers) request.Headers.TryAddWithoutValidation(name, value);

        // Only to this installation itself, wherever that is.
        using var answer = await _services.HttpConnections.Of(AddressGuard.Anywhere).SendAsync(request, GatewayHttp.DefaultTimeout, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return answer.Failure is { } failure ? failure.Answer! : HttpOutcomes.Text(answer).TrimEnd('.');
    }

    /// <summary>Whoever knows the address of a simulated vendor could have it call anybody: it calls this installation alone.</summary>
    private Uri? TargetOf(string? url) =>
        url is not null && Uri.TryCreate(url, UriKind.Absolute, out var target)
        && _services.CallbackUrl(Guid.Empty)?.GetLeftPart(UriPartial.Authority) == target.GetLeftPart(UriPartial.Authority) ? target : null;

    private sealed class FrozenVendors(IReadOnlyList<IVendorDialect> dialects)
    {
        private readonly Vendor[] _all = [.. dialects.Select(d => new Vendor(d))];

        public IReadOnlyCollection<string> Names => [.. _all.Select(v => v.Dialect.Name)];

        public Vendor? Find(string name) => Array.Find(_all, v => v.Dialect.Name == name);
    }

    private sealed class Vendor(IVendorDialect dialect)
    {
        private SimulatedVendor? _account;

        public IVendorDialect Dialect => dialect;

        public SimulatedVendor? Account => Volatile.Read(ref _account);

        public void SetUp(SimulatedVendor account)
        {
            // Its reports under way end with it.
            if (Interlocked.Exchange(ref _account, account) is { } before) _ = before.DisposeAsync().AsTask();
        }
    }
}
