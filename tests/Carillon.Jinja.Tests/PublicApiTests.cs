using System.Reflection;

namespace Carillon.Jinja.Tests;

/// <summary>The public surface, member by member. What changes it changes <c>PublicApi.txt</c> knowingly.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_as_written_down()
    {
        var actual = string.Join('\n', typeof(JinjaEnvironment).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Describe)) + "\n";
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.txt"));
        if (actual != expected) File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.actual.txt"), actual);
        Assert.Equal(expected, actual);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{(type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface" : "class")} {type.FullName}{(type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) ? " : " + b.Name : "")}";
        const BindingFlags flags = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var line in type.GetMembers(flags).Where(IsVisible).Select(Line).Order(StringComparer.Ordinal)) yield return "    " + line;
    }

    private static bool IsVisible(MemberInfo member) => !member.Name.Contains('<', StringComparison.Ordinal) && member switch
    {
        MethodBase method => (method.IsPublic || method.IsFamily) && !(method.IsSpecialName && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal))),
        FieldInfo field => field.IsPublic && !field.IsSpecialName,
        PropertyInfo property => property.GetMethod is { IsPublic: true } or { IsFamily: true },
        Type nested => nested.IsNestedPublic,
        _ => false,
    };

    private static string Line(MemberInfo member) => member switch
    {
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))}) -> {method.ReturnType.Name}",
        ConstructorInfo constructor => $"new({string.Join(", ", constructor.GetParameters().Select(p => p.ParameterType.Name))})",
        PropertyInfo property => $"{property.Name} {{ get;{(property.SetMethod is { IsPublic: true } ? " init/set;" : "")} }} -> {property.PropertyType.Name}",
        FieldInfo field => $"{field.Name} -> {field.FieldType.Name}",
        _ => member.Name,
    };
}
