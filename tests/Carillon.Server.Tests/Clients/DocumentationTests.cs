using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Carillon.Client;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Clients;

/// <summary>The examples of the client's README and of the guides, compiled and run.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public async Task The_examples_of_the_client_do_what_is_said()
    {
        await using var host = await EngineHost.StartAsync();
        var server = host.Client.BaseAddress!;
        var apiKey = host.Client.DefaultRequestHeaders.Authorization!.Parameter!;
        using var carillon = new CarillonClient(server, apiKey);

        AcceptedNotification accepted = await carillon.Notifications.SendAsync(new NotificationRequest
        {
            Recipient = new Recipient { Id = "customer_123", Name = "Ana", Email = "ana@example.net" },
            Channel = KnownChannels.Email,
            Subject = "Hello",
            Message = "It rings.",
        });

        Notification notification = await carillon.Notifications.WaitAsync(accepted.Id);
        Message message = await carillon.Messages.GetAsync(notification.Messages[0].Id);
        Console.WriteLine($"{message.Address}: {message.Status} {message.Reason}");
        foreach (TraceEntry entry in message.Trace!) Console.WriteLine($"{entry.At:T} {entry.Kind}");
        Assert.Equal(KnownStatuses.Sent, message.Status);

        await foreach (BatchResult result in carillon.Notifications.SendManyAsync(ReadInvoicesAsync(), new BatchOptions { IdempotencyKey = "march-invoices" }))
        {
            if (result.Problem is { } problem) Console.WriteLine($"Line {result.Index}: {problem.Title}");
        }

        try
        {
            await carillon.Notifications.SendAsync(new NotificationRequest { Recipient = new Recipient { Email = "nonsense" }, Message = "Hello" });
        }
        catch (CarillonApiException refusal) when (refusal.Type == "/problems/invalid_request")
        {
            foreach (ApiFault fault in refusal.Errors) Console.WriteLine($"{fault.Field}: {fault.Message}");
        }

        await foreach (Message failed in carillon.Messages.ListAsync(new MessageQuery { Status = KnownStatuses.Failed, Channel = KnownChannels.Email }))
            Console.WriteLine($"{failed.CreatedAt:u} {failed.Address} {failed.Reason}");

        NotificationPreview preview = await carillon.Notifications.PreviewAsync(new NotificationRequest { RecipientId = "customer_123", Message = "It rings." });
        foreach (PreviewedMessage planned in preview.Messages) Console.WriteLine($"{planned.Channel} to {planned.Address}: {planned.Text}");
        Assert.Equal("It rings.", Assert.Single(preview.Messages).Text);

        Readiness readiness = await carillon.Operations.GetReadinessAsync();
        if (!readiness.IsReady) Console.WriteLine(string.Join(", ", readiness.Checks.Select(check => $"{check.Key} {check.Value}")));
        Console.WriteLine($"{(await carillon.Operations.GetQueueAsync()).Total} messages wait.");
        Assert.True(readiness.IsReady);

        static void Connect(string apiKey)
        {
            using var carillon = new CarillonClient(new Uri("http://127.0.0.1:8018"), apiKey);
        }

        static void ConnectWithOptions(string apiKey)
        {
            using var carillon = new CarillonClient(new Uri("http://127.0.0.1:8018"), apiKey, new CarillonClientOptions { MaxRetries = 6 });
        }

        // Nothing listens there: it is enough that they make what they say.
        Connect(apiKey);
        ConnectWithOptions(apiKey);
    }

    [Fact]
    public async Task The_examples_of_files_and_templates_do_what_is_said()
    {
        await using var host = await EngineHost.StartAsync();
        var carillon = host.Api;
        var path = Path.Combine(AppContext.BaseDirectory, "xunit.runner.json");

        StoredAttachment terms = await carillon.Attachments.CreateAsync("terms.pdf", "application/pdf", await File.ReadAllBytesAsync(path));
        await carillon.Notifications.SendAsync(new NotificationRequest
        {
            Recipient = new Recipient { Email = "ana@example.net" },
            Subject = "Your contract",
            Message = "The terms are attached.",
            Attachments = [new Attachment { Id = terms.Id }],
        });

        await carillon.Notifications.SendAsync(new NotificationRequest { Recipient = new Recipient { Id = "customer_123", Email = "ana@example.net" }, Message = "Hello" });
        await carillon.Templates.CreateAsync(new TemplateDraft
        {
            Key = "welcome",
            Variants = [new TemplateVariant { Channel = KnownChannels.Email, Subject = "Welcome, {{ customer_name }}!", Text = "Hello {{ customer_name }}" }],
        });
        await carillon.Notifications.SendAsync(new NotificationRequest
        {
            RecipientId = "customer_123",
            TemplateId = "welcome",
            TemplateVariables = new JsonObject { ["customer_name"] = "Ana" },
        });

        TemplateVersion draft = await carillon.Templates.CreateVersionAsync("welcome", new TemplateContent
        {
            Variants = [new TemplateVariant { Channel = KnownChannels.Email, Subject = "Hello, {{ customer_name }}!", Text = "Good to have you." }],
        });
        TemplateTest test = await carillon.Templates.TestAsync("welcome", new TemplateTestRequest
        {
            Version = draft.Version,
            Variables = new JsonObject { ["customer_name"] = "Ana" },
        });
        Console.WriteLine(test.Variants[0].Subject);
        Console.WriteLine((await carillon.Templates.DiffAsync("welcome", draft.Version - 1, draft.Version)).Unified);
        await carillon.Templates.PublishAsync("welcome", draft.Version, draft.Revision);
        await carillon.Templates.RollbackAsync("welcome");

        Assert.Equal("Hello, Ana!", test.Variants[0].Subject);
        Assert.Equal(1, (await carillon.Templates.GetAsync("welcome")).Version);
    }

    [Fact]
    public async Task The_examples_of_providers_and_tenants_do_what_is_said()
    {
        await using var host = await EngineHost.StartAsync();
        var carillon = host.Api;
        var installation = await host.ApiAsync(Messages.TenantId.Installation, Security.Scopes.Admin);
        const string password = "p";

        Provider provider = await carillon.Providers.CreateAsync(new ProviderDraft
        {
            Name = "relay",
            Channel = KnownChannels.Email,
            Kind = "smtp",
            Settings = new JsonObject { ["host"] = "mail.example.net", ["port"] = 587, ["from_email"] = "noreply@example.net" },
            Credentials = new JsonObject { ["username"] = "carillon", ["password"] = password },
            Limits = new ProviderLimits { PerSecond = 10, PerDay = 20_000 },
        });
        await carillon.Providers.SetEnabledAsync(provider.Id, enabled: true);

        try
        {
            await carillon.Providers.SetEnabledAsync(provider.Id, enabled: false, provider.Version);
        }
        catch (CarillonApiException refusal) when (refusal.Status == HttpStatusCode.PreconditionFailed)
        {
            provider = await carillon.Providers.GetAsync(provider.Id);
        }

        Assert.Equal((2, true), (provider.Version, provider.Enabled));

        provider = await carillon.Providers.GetAsync(provider.Id);
        foreach (ProviderUsage usage in provider.Usage) Console.WriteLine($"{usage.Window}: {usage.Used} of {usage.Limit}");
        Console.WriteLine($"{provider.Health!.Circuit}: {provider.Health.SuccessRate ?? 1:P1} of {provider.Health.Sends} sends went well.");

        await carillon.Routing.ReplaceAsync(new RoutingRules
        {
            Rules = [new RoutingRule { Channel = KnownChannels.Sms, Strategy = "least_cost" }, new RoutingRule { Channel = KnownChannels.Sms, Category = "otp", Strategy = "fastest" }],
        });
        await carillon.Stops.ReplaceAsync(new Stops { Channels = [KnownChannels.Sms] });
        await carillon.Stops.ReplaceAsync(new Stops());
        Assert.NotNull((await carillon.Stops.GetAsync()).ResumedAt);

        Tenant acme = await installation.Tenants.CreateAsync(new TenantDraft { Key = "acme", Name = "Acme Internet" });
        await installation.Tenants.SetRequestLimitsAsync("acme", new RequestLimits { PerKey = new RequestLimit(Requests: 100, Seconds: 1) });
        foreach (Node node in await installation.Operations.ListNodesAsync()) Console.WriteLine($"{node.Name}: {node.Status}, {node.Owned} messages");
        Assert.StartsWith("ck_", acme.ApiKey, StringComparison.Ordinal);

        Key billing = await carillon.Keys.CreateAsync(new KeyDraft { Name = "billing system", Scopes = ["messages:write", "messages:read"] });
        Assert.StartsWith("ck_", billing.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/Carillon.Client/README.md", "tests/Carillon.Server.Tests/Clients/DocumentationTests.cs")]
    [InlineData("docs/client.md", "tests/Carillon.Server.Tests/Clients/DocumentationTests.cs")]
    [InlineData("docs/embedding.md", "samples/EmbeddedWorker/Program.cs", "samples/EmbeddedWorker/InvoiceWorker.cs")]
    public void Every_example_is_one_that_is_compiled(string guide, params string[] sources)
    {
        var root = Root();
        var compiled = Squeeze(string.Concat(sources.Select(s => File.ReadAllText(Path.Combine(root, s)))));

        var examples = Example().Matches(File.ReadAllText(Path.Combine(root, guide)));

        Assert.NotEmpty(examples);
        foreach (Match example in examples)
        {
            // The paragraphs of an example may stand apart here, since something is asserted between them.
            foreach (var paragraph in example.Groups["code"].Value.Split("\n\n")) Assert.Contains(Squeeze(paragraph), compiled, StringComparison.Ordinal);
        }
    }

    private static async IAsyncEnumerable<NotificationRequest> ReadInvoicesAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            yield return new NotificationRequest { Recipient = new Recipient { Email = $"p{i}@example.net" }, Message = "Your invoice" };
        }
    }

    internal static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Carillon.slnx"))) root = Path.GetDirectoryName(root)!;
        return root;
    }

    private static string Squeeze(string text) => Space().Replace(text, "");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Example();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Space();
}
