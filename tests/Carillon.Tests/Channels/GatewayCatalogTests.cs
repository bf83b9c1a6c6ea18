using System.Reflection;
using System.Text.Json;
using Carillon.Channels;

namespace Carillon.Tests.Channels;

/// <summary>What holds for every gateway in the catalog.</summary>
public sealed class GatewayCatalogTests
{
    private static readonly GatewayCatalog Catalog = new();

    public static TheoryData<string> Names => [.. Catalog.Kinds.Select(kind => kind.Name)];

    [Fact]
    public void Every_gateway_of_the_assembly_is_in_the_catalog()
    {
        var missing = typeof(IGateway).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IGateway)))
            // A simulator's, before which it stands.
            .Where(type => type != typeof(Carillon.Channels.Simulator.Vendors.RehearsedGateway))
            .Where(type => type.GetField("Kind", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is not GatewayKind kind
                || !Catalog.Kinds.Contains(kind))
            .Select(type => type.Name);
        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_property_of_a_schema_is_known_to_its_reader(string name)
    {
        foreach (var (section, schema) in Schemas(Kind(name)))
        {
            foreach (var property in schema.GetProperty("properties").EnumerateObject())
            {
                // Of no type that a setting has, so that each known one complains of its value and none is unknown.
                var faults = CheckOne(Kind(name), section, property.Name, "[[]]");
                Assert.Contains(faults, f => f.Field == $"{section}.{property.Name}" && f.Code == "invalid");
                Assert.DoesNotContain(faults, f => f.Code == "unknown_field");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_setting_that_a_reader_knows_is_in_the_schema(string name)
    {
        foreach (var (section, schema) in Schemas(Kind(name)))
        {
            var unknown = CheckOne(Kind(name), section, "zzzzzzzzzzzzzzzzzzzzzzzz", "1").Single(f => f.Code == "unknown_field");
            var known = unknown.Message[(unknown.Message.IndexOf("Known are ", StringComparison.Ordinal) + 10)..].TrimEnd('.').Split(", ");
            Assert.Equal(schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(), known.Order());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_limits_of_a_schema_are_those_of_its_reader(string name)
    {
        foreach (var (section, schema) in Schemas(Kind(name)))
        {
            foreach (var property in schema.GetProperty("properties").EnumerateObject())
            {
                Assert.True(property.Value.TryGetProperty("title", out _), $"{property.Name} has no label");
                if (property.Value.TryGetProperty("minimum", out var minimum)) Bound(property.Name, minimum.GetDecimal(), -1);
                if (property.Value.TryGetProperty("maximum", out var maximum)) Bound(property.Name, maximum.GetDecimal(), +1);
                if (property.Value.TryGetProperty("enum", out var words))
                {
                    foreach (var word in words.EnumerateArray()) AssertNoFault(property.Name, word.GetRawText());
                    AssertFault(property.Name, "\"zzz\"", "invalid");
                }

                if (property.Value.TryGetProperty("maxLength", out var length))
                    AssertFault(property.Name, $"\"{new string('x', length.GetInt32() + 1)}\"", "too_long");
            }

            void Bound(string property, decimal value, int beyond)
            {
                AssertNoFault(property, JsonSerializer.Serialize(value));
                AssertFault(property, JsonSerializer.Serialize(value + beyond), "out_of_range");
            }

            void AssertFault(string property, string value, string code) =>
                Assert.Contains(CheckOne(Kind(name), section, property, value), f => f.Field == $"{section}.{property}" && f.Code == code);

            void AssertNoFault(string property, string value) => Assert.DoesNotContain(
                CheckOne(Kind(name), section, property, value), f => f.Field == $"{section}.{property}" && f.Code is "invalid" or "out_of_range");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Credentials_that_a_kind_does_not_have_are_named(string name)
    {
        var faults = Kind(name).Check(Sample.Settings("{}", """{"zzzzzzzz":"x"}"""));
        Assert.Contains(faults, f => f is { Field: "credentials.zzzzzzzz", Code: "unknown_field" });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Settings_that_are_no_object_are_a_fault_and_not_an_exception(string name)
    {
        foreach (var odd in (string[])["[]", "1", "\"x\"", "true"])
        {
            Assert.Contains(Kind(name).Check(Sample.Settings(odd)), f => f is { Field: "settings", Code: "invalid" });
            Assert.Contains(Kind(name).Check(Sample.Settings("{}", odd)), f => f is { Field: "credentials", Code: "invalid" });
        }

        _ = Kind(name).Check(Sample.Settings("null", "null"));
    }

    private static GatewayKind Kind(string name) => Catalog.TryGet(name, out var kind) ? kind : throw new ArgumentException(name, nameof(name));

    private static IEnumerable<(string Section, JsonElement Schema)> Schemas(GatewayKind kind)
    {
        yield return ("settings", Sample.Json(kind.SettingsSchema));
        if (kind.CredentialsSchema is { } credentials) yield return ("credentials", Sample.Json(credentials));
    }

    private static IReadOnlyList<SettingsFault> CheckOne(GatewayKind kind, string section, string name, string value)
    {
        var one = $$"""{"{{name}}":{{value}}}""";
        return kind.Check(section == "settings" ? Sample.Settings(one) : Sample.Settings("{}", one));
    }
}
