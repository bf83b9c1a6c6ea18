using System.Security.Cryptography;
using System.Text;
using Carillon.Contacts;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Contacts;

/// <summary>Contacts that are changed by requests, on a real store.</summary>
public sealed class ContactChangeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_that_add_addresses_at_the_same_time_lose_none()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");

        var accepted = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(
            async () => await harness.TryAcceptAsync(MailTo("ana", $"ana{i}@example.net")), Cancellation)));

        Assert.All(accepted, a => Assert.IsType<AcceptResult.Accepted>(a));
        Assert.Equal(40, (await StoredAsync(harness, "ana"))!.Addresses.Count);
    }

    [Fact]
    public async Task Chunks_and_single_requests_on_the_same_contacts_lose_no_address()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var work = new List<Task>();
        for (var i = 0; i < 10; i++)
        {
            var n = i;
            work.Add(Task.Run(async () => await harness.TryAcceptAsync(MailTo("ana", $"single{n}@example.net")), Cancellation));
            work.Add(Task.Run(async () => await ManyAsync(harness, MailTo(n % 2 == 0 ? "ana" : "ben", $"chunk{n}@example.net"), MailTo(n % 2 == 0 ? "ben" : "ana", $"chunk{n}@example.net")), Cancellation));
        }

        await Task.WhenAll(work);

        Assert.Equal(20, (await StoredAsync(harness, "ana"))!.Addresses.Count);
        Assert.Equal(10, (await StoredAsync(harness, "ben"))!.Addresses.Count);
    }

    [Fact]
    public async Task An_address_that_was_changed_back_is_stored_as_it_was()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        for (var i = 0; i < 5; i++)
        {
            await harness.AcceptAsync(MailTo("ana", "a@example.net"));
            await harness.AcceptAsync(MailTo("ana", "b@example.net"));
        }

        Assert.Equal("b@example.net", (await StoredAsync(harness, "ana"))!.AddressFor(Channel.Email));
    }

    [Fact]
    public async Task What_was_read_before_a_change_does_not_outlive_it_in_memory()
    {
        var store = new SlowStore(Named("old"));
        var directory = new ContactDirectory(store);
        var reading = directory.FindAsync(EngineHarness.Tenant, "ana", Cancellation);

        directory.Forget(EngineHarness.Tenant, "ana");
        store.Gate.SetResult();
        Assert.Equal("old", (await reading)!.Name);
        store.Contact = Named("new");

        Assert.Equal("new", (await directory.FindAsync(EngineHarness.Tenant, "ana", Cancellation))!.Name);
    }

    [Fact]
    public async Task A_contact_of_a_refused_item_is_known_to_nobody()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var refused = MailTo("ana", "ana@example.net");
        refused.TemplateId = "absent";

        var results = await ManyAsync(harness, refused, MailToKnown("ana"));

        Assert.IsType<AcceptResult.Refused>(results[0]);
        Assert.Equal("not_found", Assert.Single(Assert.IsType<AcceptResult.Refused>(results[1]).Faults).Code);
        Assert.Null(await StoredAsync(harness, "ana"));
    }

    [Fact]
    public async Task A_keyed_item_and_those_after_it_store_one_contact_with_all_addresses()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        var keyed = MailTo("ana", "first@example.net");
        keyed.IdempotencyKey = "own";
        keyed.RequestHash = SHA256.HashData("item"u8);

        var results = await ManyAsync(harness, keyed, MailTo("ana", "second@example.net"), MailToKnown("ana"));

        Assert.All(results, r => Assert.IsType<AcceptResult.Accepted>(r));
        Assert.Equal("second@example.net", Assert.IsType<AcceptResult.Accepted>(results[2]).Notification.Messages[0].Address);
        Assert.Equal(2, (await StoredAsync(harness, "ana"))!.Addresses.Count);
    }

    private static NotificationRequest MailTo(string id, string address)
    {
        var request = EngineHarness.Mail(address);
        request.Recipient!.Id = id;
        return request;
    }

    private static NotificationRequest MailToKnown(string id)
    {
        var request = EngineHarness.Mail();
        request.Recipient = null;
        request.RecipientId = id;
        return request;
    }

    private static async Task<IReadOnlyList<AcceptResult>> ManyAsync(EngineHarness harness, params NotificationRequest[] requests) =>
        await harness.Engine.Intake.AcceptManyAsync(
            EngineHarness.Tenant, requests, harness.Engine.Ids.Next(), true, null, n => Encoding.UTF8.GetBytes($"\"{n.Id}\""), Cancellation);

    private static async Task<Contact?> StoredAsync(EngineHarness harness, string id) =>
        await harness.Engine.Storage.Contacts.GetAsync(EngineHarness.Tenant, id, Cancellation);

    private static Contact Named(string name) => new() { Tenant = EngineHarness.Tenant, Id = "ana", Name = name };

    private sealed class SlowStore(Contact contact) : IContactStore
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Contact Contact { get; set; } = contact;

        public async ValueTask<Contact?> GetAsync(TenantId tenant, string id, CancellationToken cancellationToken = default)
        {
            var read = Contact;
            await Gate.Task;
            return read;
        }

        public ValueTask<string?> FindByAddressAsync(
            TenantId tenant, IReadOnlyList<Channel> channels, string identifier, CancellationToken cancellationToken = default) => new((string?)null);
    }
}
