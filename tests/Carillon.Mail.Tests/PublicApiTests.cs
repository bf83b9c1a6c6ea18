using System.Reflection;
using System.Text;

namespace Carillon.Mail.Tests;

public sealed class PublicApiTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_public_API_is_the_one_that_was_agreed()
    {
        string path = Path.Combine(Root(), "tests", "Carillon.Mail.Tests", "PublicApi.txt");
        string actual = Describe();
        // To agree to a change: run once with CARILLON_ACCEPT_API=1 and commit the file.
        if (Environment.GetEnvironmentVariable("CARILLON_ACCEPT_API") == "1") File.WriteAllText(path, actual);

        Assert.Equal(File.ReadAllText(path), actual, ignoreLineEndingDifferences: true);
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (Type type in typeof(SmtpTransport).Assembly.GetExportedTypes()
            .Where(t => t.Namespace == "Carillon.Mail").OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsEnum ? "enum " : type.IsValueType ? "struct " : type.IsAbstract && type.IsSealed ? "static class " : "class ").Append(type.Name);
            if (type.IsEnum)
            {
                text.Append(": ").AppendJoin(", ", Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => $"{Enum.GetName(type, v)} = {v}")).Append('\n');
                continue;
            }

            text.Append('\n');
            foreach (string member in type.GetMembers(Declared).Where(IsOwn).Select(Print).Distinct().Order(StringComparer.Ordinal))
                text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Without what the compiler makes for records and what properties print already.</summary>
    private static bool IsOwn(MemberInfo member) => member is (not MethodBase { IsSpecialName: true }) or ConstructorInfo
        && !member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
        && member is not Type && member.Name is not ("Equals" or "GetHashCode" or "ToString" or "<Clone>$" or "Deconstruct");

    private static string Print(MemberInfo member) => member switch
    {
        PropertyInfo p => $"{Name(p.PropertyType)} {p.Name} {{ get;{(p.SetMethod is { IsPublic: true } s ? IsInit(s) ? " init;" : " set;" : "")} }}",
        ConstructorInfo c => $"new({Parameters(c)})",
        MethodInfo m => $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}({Parameters(m)})",
        _ => member.ToString()!,
    };

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Carillon.slnx"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
