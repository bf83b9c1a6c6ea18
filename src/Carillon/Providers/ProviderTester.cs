using System.Text;
using Carillon.Channels;
using Carillon.Channels.Exchanges;
using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>
/// Sends a message through one provider and no other, outside of the pipeline: nothing is stored, nothing is counted, nothing is tried
/// again, and a provider that is disabled or rests is asked all the same.
/// </summary>
public sealed class ProviderTester
{
    /// <summary>After this the caller is told that no answer came; the gateway may still get one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ProviderCatalog _providers;
    private readonly GatewayCatalog _kinds;
    private readonly GatewayServices _services;
    private readonly IdGenerator _ids;
    private readonly TimeProvider _time;
    private readonly IDefectLog _defects;
    private readonly string? _defaultRegion;

    internal ProviderTester(
        ProviderCatalog providers, GatewayCatalog kinds, GatewayServices services, IdGenerator ids, TimeProvider time, IDefectLog defects,
        string? defaultRegion)
    {
        _providers = providers;
        _kinds = kinds;
        _services = services;
        _ids = ids;
        _time = time;
        _defects = defects;
        _defaultRegion = defaultRegion;
    }

    /// <summary>Tests one of the tenant's own.</summary>
    public async Task<ProviderTest> RunAsync(TenantId tenant, Guid id, ProviderTestDraft draft, CancellationToken cancellationToken)
    {
        if (await _providers.GetAsync(tenant, id, cancellationToken) is not { } provider) return new ProviderTest.NotFound();
        var faults = new List<FieldFault>();
        var address = AddressBook.Normalize(provider.Channel, draft.To, _defaultRegion, "to", faults);
        if (draft.From is { } from && provider.Channel == Channel.Email && !AddressBook.IsMailbox(from))
            faults.Add(new("from", "invalid_email", "This is not a mail address; it looks like name@example.net, or Name <name@example.net>."));
        if (faults.Count > 0) return new ProviderTest.Refused(faults);

        var mask = new SecretMask(provider, _kinds.TryGet(provider.Kind, out var kind) ? kind.CredentialsSchema : null);
        var recorder = new ExchangeRecorder(mask, _time);
        var start = _time.GetTimestamp();
        var result = await AskAsync(provider, address!, draft.From, recorder);
        var duration = _time.GetElapsedTime(start);
        var advice = ProviderAdvice.For(provider, result);
        var shown = result with { Answer = result.Answer is { } answer ? mask.Apply(answer) : null };
        return new ProviderTest.Ran(provider, shown, duration, advice) { Exchange = recorder.Read() };
    }

    private async Task<SendResult> AskAsync(Provider provider, string address, string? from, ExchangeRecorder recorder)
    {
        var sending = SendAsync(provider, address, from, recorder);
        try
        {
            return await sending.WaitAsync(Patience, _time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return SendResult.Unknown($"No answer came within {Patience.TotalSeconds:0} seconds.");
        }
    }

    /// <summary>A gateway of its own: the one at work may be full, may rest, and counts what it does.</summary>
    private async Task<SendResult> SendAsync(Provider provider, string address, string? from, ExchangeRecorder recorder)
    {
        if (!_kinds.TryGet(provider.Kind, out var kind)) return SendResult.Unavailable($"There is no kind of gateway '{provider.Kind}' in this version.");
        try
        {
            await using var gateway = kind.Create(provider, _services with { Recorder = recorder });
            return await gateway.SendAsync(MessageOf(provider, address, from), CancellationToken.None);
        }
        catch (ArgumentException e)
        {
            return SendResult.Unavailable($"The provider cannot be used as it is stored: {e.Message}");
        }
#pragma warning disable CA1031 // A gateway that throws is a defect, and the caller is told what is known of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _defects.Report($"A test of provider {provider.Name}", e);
            return SendResult.Unknown($"Internal error: {e.GetType().Name}");
        }
    }

    private GatewayMessage MessageOf(Provider provider, string address, string? from)
    {
        var now = _time.GetUtcNow();
        var notification = new Notification { Tenant = provider.Tenant, Id = _ids.Next(), CreatedAt = now, Category = "test" };
        return new GatewayMessage
        {
            Message = new OutboundMessage { Notification = notification, Id = _ids.Next(), Channel = provider.Channel, Address = address, CreatedAt = now, DueAt = now },
            Provider = provider,
            Attempt = 1,
            Content = new RenderedContent(
                provider.Channel == Channel.Email ? Encoding.UTF8.GetBytes($"Test message through {provider.Name}") : default,
                Encoding.UTF8.GetBytes($"This is a test message of Carillon, sent through the provider {provider.Name}. Nothing needs to be done."),
                default),
            From = from,
        };
    }
}
