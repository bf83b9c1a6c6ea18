using System.Text.Json;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class TemplateConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task A_template_is_found_by_id_by_key_and_by_version()
    {
        var template = await CreateAsync("welcome");

        await ReopenAsync();

        Same(template, await Store.Templates.GetAsync(Tenant, template.Id, Cancellation));
        Same(template, await Store.Templates.GetByKeyAsync(Tenant, "welcome", Cancellation));
        Same(template.Published, await Store.Templates.GetVersionAsync(Tenant, template.Published!.Id, Cancellation));
        Same(template.Published, await Store.Templates.GetVersionAsync(Tenant, template.Id, 1, Cancellation));

        Assert.Null(await Store.Templates.GetAsync(Other, template.Id, Cancellation));
        Assert.Null(await Store.Templates.GetByKeyAsync(Other, "welcome", Cancellation));
        Assert.Null(await Store.Templates.GetVersionAsync(Other, template.Published.Id, Cancellation));
        Assert.Null(await Store.Templates.GetVersionAsync(Other, template.Id, 1, Cancellation));
        Assert.Null(await Store.Templates.GetVersionAsync(Tenant, template.Id, 2, Cancellation));
        Assert.Null(await Store.Templates.GetByKeyAsync(Tenant, "Welcome", Cancellation));
    }

    [Fact]
    public async Task A_template_may_begin_with_a_draft()
    {
        var template = Make("welcome");
        var draft = template.Published! with { PublishedAt = null };
        await Store.Templates.CreateAsync(template with { Published = null }, draft, cancellationToken: Cancellation);

        Assert.Null((await Store.Templates.GetAsync(Tenant, template.Id, Cancellation))?.Published);
        Same(draft, await Store.Templates.GetVersionAsync(Tenant, template.Id, 1, Cancellation));
    }

    [Fact]
    public async Task A_template_key_is_unique_within_its_tenant()
    {
        await CreateAsync("welcome");
        var repeated = Make("welcome");
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(
            async () => await Store.Templates.CreateAsync(repeated, repeated.Published!, cancellationToken: Cancellation));

        Assert.Equal("key", error.Field);
        Assert.Null(await Store.Templates.GetVersionAsync(Tenant, repeated.Published!.Id, Cancellation));
        await CreateAsync("welcome", Other);
        var other = await CreateAsync("other");
        error = await Assert.ThrowsAsync<DuplicateKeyException>(
            async () => await Store.Templates.ReplaceAsync(other with { Key = "welcome", Revision = 2 }, Cancellation));
        Assert.Equal("key", error.Field);
    }

    [Fact]
    public async Task Templates_are_listed_by_key_as_the_query_says()
    {
        foreach (var key in new[] { "c", "a", "b", "d" })
        {
            var template = Make(key) with { Category = key is "a" or "c" ? "x" : "y", Type = key is "d" ? null : "t", IsActive = key is "b" or "c" };
            await Store.Templates.CreateAsync(template, template.Published!, cancellationToken: Cancellation);
        }

        await CreateAsync("e", Other);

        Assert.Equal("ab", await KeysAsync(new TemplateQuery { Limit = 2 }));
        Assert.Equal("cd", await KeysAsync(new TemplateQuery { AfterKey = "b", Limit = 9 }));
        Assert.Equal("ac", await KeysAsync(new TemplateQuery { Category = "x", Limit = 9 }));
        Assert.Equal("abc", await KeysAsync(new TemplateQuery { Type = "t", Limit = 9 }));
        Assert.Equal("bc", await KeysAsync(new TemplateQuery { IsActive = true, Limit = 9 }));
        Assert.Equal("ad", await KeysAsync(new TemplateQuery { IsActive = false, Limit = 9 }));
        Assert.Equal("a", await KeysAsync(new TemplateQuery { Category = "x", Type = "t", IsActive = false, Limit = 9 }));
    }

    [Fact]
    public async Task A_replacement_takes_the_place_of_the_revision_before_it_alone()
    {
        var template = await CreateAsync("welcome");
        var changed = template with
        {
            Key = "hello",
            Name = "n",
            Description = null,
            Category = null,
            Type = "u",
            IsActive = true,
            Revision = 2,
            UpdatedAt = Now.AddHours(1),
        };

        Assert.True(await Store.Templates.ReplaceAsync(changed, Cancellation));
        Assert.False(await Store.Templates.ReplaceAsync(changed with { Name = "late" }, Cancellation));
        Assert.False(await Store.Templates.ReplaceAsync(changed with { Name = "early", Revision = 4 }, Cancellation));
        Assert.False(await Store.Templates.ReplaceAsync(changed with { Tenant = Other, Revision = 3 }, Cancellation));

        Same(changed, await Store.Templates.GetByKeyAsync(Tenant, "hello", Cancellation));
        Assert.Null(await Store.Templates.GetByKeyAsync(Tenant, "welcome", Cancellation));
    }

    [Fact]
    public async Task A_deleted_template_is_gone_its_key_is_free_and_its_versions_stay()
    {
        var template = await CreateAsync("welcome");

        Assert.True(await Store.Templates.ReplaceAsync(template with { Revision = 2, DeletedAt = Now }, Cancellation));

        Assert.Null(await Store.Templates.GetAsync(Tenant, template.Id, Cancellation));
        Assert.Null(await Store.Templates.GetByKeyAsync(Tenant, "welcome", Cancellation));
        Assert.Equal("", await KeysAsync(new TemplateQuery { Limit = 9 }));
        Same(template.Published, await Store.Templates.GetVersionAsync(Tenant, template.Published!.Id, Cancellation));
        Assert.Null((await Store.Templates.AddVersionAsync(Tenant, Draft(template), cancellationToken: Cancellation)).Added);
        Assert.False(await Store.Templates.ReplaceAsync(template with { Revision = 3 }, Cancellation));
        await CreateAsync("welcome");
    }

    [Fact]
    public async Task Versions_are_numbered_in_order_also_when_they_come_at_once()
    {
        var template = await CreateAsync("welcome");

        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await Store.Templates.AddVersionAsync(Tenant, Draft(template), cancellationToken: Cancellation)).Added));

        Assert.Equal(Enumerable.Range(2, 20), added.Select(v => v!.Number).Order());
        Same(added[7], await Store.Templates.GetVersionAsync(Tenant, template.Id, added[7]!.Number, Cancellation));
        Assert.Null((await Store.Templates.AddVersionAsync(Other, Draft(template), cancellationToken: Cancellation)).Added);
        Assert.Null((await Store.Templates.AddVersionAsync(Tenant, Draft(Make("none")), cancellationToken: Cancellation)).Added);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_from_a_number()
    {
        var template = await CreateAsync("welcome");
        for (var i = 0; i < 4; i++) await Store.Templates.AddVersionAsync(Tenant, Draft(template), cancellationToken: Cancellation);

        var first = await Store.Templates.ListVersionsAsync(Tenant, template.Id, null, 3, Cancellation);
        var rest = await Store.Templates.ListVersionsAsync(Tenant, template.Id, first[^1].Number, 3, Cancellation);

        Assert.Equal([5, 4, 3, 2, 1], first.Concat(rest).Select(v => v.Number));
        Assert.Equal(new TemplateVersionSummary(template.Published!.Id, 1, 1, Now, Now), rest[^1]);
        Assert.Null(first[0].PublishedAt);
        Assert.Empty(await Store.Templates.ListVersionsAsync(Other, template.Id, null, 3, Cancellation));
    }

    [Fact]
    public async Task A_draft_is_replaced_until_it_is_published()
    {
        var template = await CreateAsync("welcome");
        var draft = (await Store.Templates.AddVersionAsync(Tenant, Draft(template), cancellationToken: Cancellation)).Added!;
        var second = draft with { Revision = 2, Document = new TemplateDocument { Variants = [new TemplateVariant { Channel = Channel.Push, Text = "p" }] } };

        Assert.True(await Store.Templates.ReplaceDraftAsync(Tenant, second, Cancellation));
        Assert.False(await Store.Templates.ReplaceDraftAsync(Tenant, second, Cancellation));
        Assert.False(await Store.Templates.ReplaceDraftAsync(Other, second with { Revision = 3 }, Cancellation));
        Assert.False(await Store.Templates.ReplaceDraftAsync(Tenant, template.Published! with { Revision = 2 }, Cancellation));
        Same(second, await Store.Templates.GetVersionAsync(Tenant, draft.Id, Cancellation));

        var published = second with
        {
            Revision = 3,
            PublishedAt = Now.AddDays(1),
            Document = second.Document with { Includes = new Dictionary<string, Guid> { ["footer"] = template.Published!.Id } },
        };
        var changed = template with { Published = published, Revision = 2 };
        Assert.True(await Store.Templates.PublishAsync(changed, published, Cancellation));

        Same(changed, await Store.Templates.GetAsync(Tenant, template.Id, Cancellation));
        Assert.False(await Store.Templates.ReplaceDraftAsync(Tenant, published with { Revision = 4, PublishedAt = null }, Cancellation));
        Same(published, await Store.Templates.GetVersionAsync(Tenant, draft.Id, Cancellation));
    }

    [Fact]
    public async Task Publishing_changes_both_or_neither()
    {
        var template = await CreateAsync("welcome");
        var draft = (await Store.Templates.AddVersionAsync(Tenant, Draft(template), cancellationToken: Cancellation)).Added!;
        var published = draft with { Revision = 2, PublishedAt = Now };

        Assert.False(await Store.Templates.PublishAsync(template with { Published = published, Revision = 3 }, published, Cancellation));
        Assert.False(await Store.Templates.PublishAsync(template with { Published = published, Revision = 2 }, published with { Revision = 3 }, Cancellation));

        Same(template, await Store.Templates.GetAsync(Tenant, template.Id, Cancellation));
        Same(draft, await Store.Templates.GetVersionAsync(Tenant, draft.Id, Cancellation));
    }

    [Fact]
    public async Task The_published_version_before_another_is_found()
    {
        var template = await CreateAsync("welcome");
        var revision = 1;
        foreach (var publish in new[] { true, false, true })
        {
            var draft = (await Store.Templates.AddVersionAsync(Tenant, Draft(template), cancellationToken: Cancellation)).Added!;
            var published = draft with { Revision = 2, PublishedAt = Now };
            if (publish) Assert.True(await Store.Templates.PublishAsync(template with { Published = published, Revision = ++revision }, published, Cancellation));
        }

        Assert.Equal(2, (await Store.Templates.PublishedBeforeAsync(Tenant, template.Id, 4, Cancellation))?.Number);
        Assert.Equal(1, (await Store.Templates.PublishedBeforeAsync(Tenant, template.Id, 2, Cancellation))?.Number);
        Assert.Null(await Store.Templates.PublishedBeforeAsync(Tenant, template.Id, 1, Cancellation));
        Assert.Null(await Store.Templates.PublishedBeforeAsync(Other, template.Id, 4, Cancellation));
    }

    [Fact]
    public async Task One_idempotency_key_makes_one_template_and_one_version()
    {
        var (first, second) = (Make("a"), Make("b"));
        var record = new IdempotencyRecord("k", [1], [2]);
        Assert.Null(await Store.Templates.CreateAsync(first, first.Published!, record, Cancellation));
        Assert.Equivalent(record, await Store.Templates.CreateAsync(second, second.Published!, record with { Answer = [3] }, Cancellation), strict: true);
        Assert.Equal("a", await KeysAsync(new TemplateQuery { Limit = 9 }));

        IdempotencyRecord Numbered(TemplateVersion version) => new("v", [1], [(byte)version.Number]);
        Assert.Equal(2, (await Store.Templates.AddVersionAsync(Tenant, Draft(first), Numbered, Cancellation)).Added?.Number);
        var again = await Store.Templates.AddVersionAsync(Tenant, Draft(first), Numbered, Cancellation);
        Assert.Null(again.Added);
        Assert.Equal([2], again.Existing!.Answer);
        Assert.Equal(2, (await Store.Templates.ListVersionsAsync(Tenant, first.Id, null, 9, Cancellation)).Count);
    }

    private static void Same<T>(T expected, T actual) => Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));

    private async Task<string> KeysAsync(TemplateQuery query) => string.Concat((await Store.Templates.ListAsync(Tenant, query, Cancellation)).Select(t => t.Key));

    private async Task<Template> CreateAsync(string key, TenantId? tenant = null)
    {
        var template = Make(key) with { Tenant = tenant ?? Tenant };
        await Store.Templates.CreateAsync(template, template.Published!, cancellationToken: Cancellation);
        return template;
    }

    private TemplateVersion Draft(Template template) => new()
    {
        Id = Ids.Next(),
        TemplateId = template.Id,
        Number = 0,
        CreatedAt = Now,
        Document = new TemplateDocument { Variants = [new TemplateVariant { Channel = Channel.Sms, Text = "draft" }] },
    };

    private Template Make(string key)
    {
        var id = Ids.Next();
        return new Template
        {
            Tenant = Tenant,
            Id = id,
            Key = key,
            Name = "Willkommen ☺",
            Description = "d",
            Category = "billing",
            Type = "t",
            IsActive = false,
            CreatedAt = Now,
            UpdatedAt = Now.AddSeconds(1),
            Published = new TemplateVersion
            {
                Id = Ids.Next(),
                TemplateId = id,
                Number = 1,
                CreatedAt = Now,
                PublishedAt = Now,
                Document = new TemplateDocument
                {
                    Syntax = ContentSyntax.None,
                    Variables = [new TemplateVariable { Name = "pin", Type = "string", Required = true, Secret = true, Sample = JsonElement.Parse("\"1234\"") }],
                    Variants =
                    [
                        new TemplateVariant { Channel = Channel.Email, Locale = "de", Subject = "S", Text = "T", Html = "<p>ü</p>" },
                        new TemplateVariant { Channel = Channel.Sms, Text = "kurz" },
                    ],
                },
            },
        };
    }
}
