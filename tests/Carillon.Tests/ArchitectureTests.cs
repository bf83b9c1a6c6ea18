using System.Reflection;

namespace Carillon.Tests;

/// <summary>The walls of the house, read from the compiled assemblies.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Engine = typeof(CarillonEngine).Assembly;
    private static readonly Assembly Jinja = typeof(Carillon.Jinja.JinjaEnvironment).Assembly;
    private static readonly Assembly Mail = typeof(Carillon.Mail.MailAddress).Assembly;

    [Fact]
    public void Jinja_and_Mail_know_nobody()
    {
        Assert.All(References(Jinja).Concat(References(Mail)), name => Assert.StartsWith("System", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_engine_knows_no_web_server()
    {
        Assert.DoesNotContain(References(Engine), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Carillon.Dispatch", "Carillon.Storage.Sqlite")]
    [InlineData("Carillon.Dispatch", "Carillon.Storage.PostgreSql")]
    [InlineData("Carillon.Dispatch", "Carillon.Alerts")]
    [InlineData("Carillon.Alerts", "Carillon.Storage.Sqlite")]
    [InlineData("Carillon.Alerts", "Carillon.Storage.PostgreSql")]
    [InlineData("Carillon.Storage.PostgreSql", "Carillon.Storage.Sqlite")]
    [InlineData("Carillon.Storage.Sqlite", "Carillon.Storage.PostgreSql")]
    [InlineData("Carillon.Dispatch", "Carillon.Channels.Email")]
    [InlineData("Carillon.Channels", "Carillon.Storage")]
    [InlineData("Carillon.Channels", "Carillon.Senders")]
    [InlineData("Carillon.Messages", "Carillon.Dispatch")]
    [InlineData("Carillon.Messages", "Carillon.Storage")]
    [InlineData("Carillon.Storage", "Carillon.Channels")]
    public void A_room_does_not_look_into_another(string room, string forbidden)
    {
        var found = Uses(Engine, room, forbidden);

        Assert.True(found.Count == 0, $"{room} uses {string.Join(", ", found)}");
    }

    [Fact]
    public void The_check_of_the_walls_would_see_a_hole() => Assert.NotEmpty(Uses(Engine, "Carillon.Dispatch", "Carillon.Storage"));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    /// <summary>Members of the forbidden namespaces that methods, fields and signatures of a room refer to.</summary>
    private static SortedSet<string> Uses(Assembly assembly, string room, string forbidden)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes().Where(t => IsIn(t, room)))
        {
            const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            foreach (var field in type.GetFields(All)) Look(field.FieldType, type);
            foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                foreach (var parameter in method.GetParameters()) Look(parameter.ParameterType, type);
                if (method is MethodInfo { ReturnType: var returned }) Look(returned, type);
                foreach (var used in TypesInBody(method)) Look(used, type);
            }
        }

        return found;

        void Look(Type? used, Type user)
        {
            for (; used is { HasElementType: true }; used = used.GetElementType())
            {
                // Down to what the array, reference or pointer is of.
            }

            if (used is null) return;
            if (IsIn(used, forbidden)) found.Add($"{used.FullName} (in {user.FullName})");
            foreach (var argument in used.GenericTypeArguments) Look(argument, user);
        }
    }

    private static bool IsIn(Type type, string room) =>
        type.Namespace == room || type.Namespace?.StartsWith(room + ".", StringComparison.Ordinal) == true;

    /// <summary>The types whose members a method's IL names: every token that resolves to a method, field or type.</summary>
    private static IEnumerable<Type> TypesInBody(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray();
        if (il is null) yield break;
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        // Every offset is tried as the place of a token: what is no token does not resolve, or resolves to what stands in the tables.
        for (var i = 1; i + 4 <= il.Length; i++)
        {
            if (il[i - 1] is not (0x28 or 0x6F or 0x73 or 0x7B or 0x7D or 0x7E or 0x80 or 0x74 or 0x75 or 0x8D or 0xD0)) continue;
            var member = Resolve(method.Module, BitConverter.ToInt32(il, i), typeArguments, methodArguments);
            if (member is Type type) yield return type;
            else if (member?.DeclaringType is { } declaring) yield return declaring;
        }
    }

    private static MemberInfo? Resolve(Module module, int token, Type[]? typeArguments, Type[]? methodArguments)
    {
        if ((token >> 24) is not (0x01 or 0x02 or 0x04 or 0x06 or 0x0A or 0x1B or 0x2B)) return null;
        try
        {
            return module.ResolveMember(token, typeArguments, methodArguments);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException)
        {
            return null;
        }
    }
}
