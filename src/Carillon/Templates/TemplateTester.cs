using System.Buffers;
using System.Text;
using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Templates;

/// <summary>What of a version is to be rendered, and with what.</summary>
public sealed record TemplateTestDraft
{
    /// <summary>Null for the one in use, or the newest draft where none is.</summary>
    public int? Version { get; init; }

    /// <summary>One JSON object in UTF-8, before which the declared samples stand; empty for the samples alone.</summary>
    public ReadOnlyMemory<byte> Variables { get; init; }

    /// <summary>Null for every variant.</summary>
    public Channel? Channel { get; init; }

    /// <summary>With a channel: the variant that a recipient of this locale gets. Null for every variant of the channel.</summary>
    public string? Locale { get; init; }
}

/// <summary>A variant as it was rendered; a part that could not be is null, and has its fault.</summary>
public sealed record RenderedVariant(Channel Channel, string? Locale, string? Subject, string? Text, string? Html, IReadOnlyList<RenderFault> Faults);

/// <summary>Why a part could not be rendered, and where.</summary>
/// <param name="Line">Counted from 1; 0 where no place is known. So is the column.</param>
public sealed record RenderFault(string Part, string Message, string? Template, int Line, int Column, string? SourceLine);

/// <summary>What became of a test.</summary>
public abstract record TemplateTest
{
    private TemplateTest()
    {
    }

    public sealed record Rendered(Template Template, TemplateVersion Version, IReadOnlyList<RenderedVariant> Variants) : TemplateTest;

    /// <summary>It cannot be compiled, or lacks what was asked for.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : TemplateTest;

    public sealed record NotFound : TemplateTest;
}

/// <summary>Renders any version with sample data; nothing is stored.</summary>
public sealed class TemplateTester
{
    /// <summary>What all variants of one test may take together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What all variants of one test may come to together.</summary>
    public const int MaxBytes = 8 << 20;

    private readonly TemplateCatalog _catalog;
    private readonly ITemplateStore _store;
    private readonly TimeProvider _time;

    internal TemplateTester(TemplateCatalog catalog, ITemplateStore store, TimeProvider time)
    {
        _catalog = catalog;
        _store = store;
        _time = time;
    }

    public async Task<TemplateTest> RunAsync(TenantId tenant, string idOrKey, TemplateTestDraft draft, CancellationToken cancellationToken)
    {
        if (await _catalog.GetAsync(tenant, idOrKey, cancellationToken) is not { } template) return new TemplateTest.NotFound();
        if (await VersionAsync(template, draft.Version, cancellationToken) is not { } version)
            return new TemplateTest.Refused([new("version", "not_found", $"There is no version {draft.Version}.")]);

        CompiledVersion compiled;
        if (version.PublishedAt is not null)
        {
            compiled = _catalog.Compile(version, await _catalog.IncludesAsync(tenant, version.Document, cancellationToken));
        }
        else
        {
            var check = await _catalog.CheckAsync(tenant, template.Key, version.Document, cancellationToken);
            if (check.Faults.Count > 0) return new TemplateTest.Refused(check.Faults);
            compiled = _catalog.Compile(version with { Document = check.Document }, check.Includes);
        }

        IReadOnlyList<CompiledVariant> chosen = (draft.Channel, draft.Locale) switch
        {
            ({ } channel, { } locale) => compiled.Select(channel, locale) is { } one ? [one] : [],
            ({ } channel, _) => [.. compiled.Variants.Where(v => v.Channel == channel)],
            _ => compiled.Variants,
        };
        if (chosen.Count == 0)
            return new TemplateTest.Refused([new("channel", "not_found", $"Version {version.Number} has no variant for {draft.Channel!.Value.Name()}.")]);
        var variables = VariablesOf(version.Document, draft.Variables);
        return new TemplateTest.Rendered(template, version, Render(chosen, variables, cancellationToken));
    }

    private async ValueTask<TemplateVersion?> VersionAsync(Template template, int? number, CancellationToken cancellationToken)
    {
        if (number is null && template.Published is not null) return template.Published;
        if (number is null && await _store.ListVersionsAsync(template.Tenant, template.Id, null, 1, cancellationToken) is [var newest]) number = newest.Number;
        return number is { } wanted ? await _store.GetVersionAsync(template.Tenant, template.Id, wanted, cancellationToken) : null;
    }

    private List<RenderedVariant> Render(IReadOnlyList<CompiledVariant> variants, JinjaValue variables, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var left = MaxBytes;
        var rendered = new List<RenderedVariant>();
        foreach (var variant in variants)
        {
            var faults = new List<RenderFault>();
            rendered.Add(new RenderedVariant(
                variant.Channel, variant.Locale, Part("subject", variant.Subject), Part("text", variant.Text), Part("html", variant.Html), faults));

            string? Part(string name, ContentPart? part)
            {
                if (part is null) return null;
                try
                {
                    var output = new ArrayBufferWriter<byte>();
                    if (left > 0) part.Render(output, variables, either.Token);
                    left -= output.WrittenCount;
                    if (left > 0) return Encoding.UTF8.GetString(output.WrittenSpan);
                    faults.Add(new RenderFault(name, $"The variants together are longer than {MaxBytes:N0} bytes: test one channel and locale.", null, 0, 0, null));
                }
                catch (JinjaException e)
                {
                    faults.Add(new RenderFault(name, e.Reason, e.TemplateName, e.Line, e.Column, e.SourceLine?.Trim()));
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    faults.Add(new RenderFault(name, $"The variants together take longer than {Patience.TotalSeconds:0} seconds: test one channel and locale.", null, 0, 0, null));
                }

                return null;
            }
        }

        return rendered;
    }

    private static JinjaValue VariablesOf(TemplateDocument document, ReadOnlyMemory<byte> given)
    {
        var samples = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(samples))
        {
            json.WriteStartObject();
            foreach (var variable in document.Variables)
            {
                if (variable.Sample is not { } sample) continue;
                json.WritePropertyName(variable.Name);
                sample.WriteTo(json);
            }

            json.WriteEndObject();
        }

        var declared = JinjaValue.ParseJson(samples.WrittenMemory).Entries();
        return JinjaValue.Dictionary(given.IsEmpty ? declared : declared.Concat(JinjaValue.ParseJson(given).Entries()));
    }
}
