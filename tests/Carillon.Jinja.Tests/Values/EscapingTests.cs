using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Jinja.Tests.Values;

public sealed class EscapingTests
{
    private static readonly JinjaTemplate Template = new JinjaEnvironment(new JinjaOptions { Autoescape = true }).FromString("{{ s }}");

    private static string Escape(JinjaValue value) => Template.Render(JinjaValue.Dictionary([new("s", value)]));

    [Fact]
    public void No_special_character_of_a_variable_gets_through_and_none_is_lost() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
        {
            var valid = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text ?? ""));
            var escaped = Escape(valid);
            return escaped.AsSpan().IndexOfAny("<>\"'") < 0 && WebUtility.HtmlDecode(escaped) == WebUtility.HtmlDecode(valid.Replace("&", "&amp;", StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Text_of_either_kind_is_escaped_alike() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
        {
            var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(text ?? "", EscapingOptions);
            var fromJson = JinjaValue.ParseJson(json.AsMemory());
            return Escape(fromJson) == Escape(fromJson.AsString());
        }).QuickCheckThrowOnFailure();

    private static readonly System.Text.Json.JsonSerializerOptions EscapingOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
