using System.Collections.Frozen;
using System.Text;

namespace Carillon.Contacts.Phone;

/// <summary>
/// The numbering plans of the world, from <c>PhoneMetadata.txt</c> in the assembly. The file is cut into lines when the first number is
/// read, and a plan is read when a number of it is. Thread-safe.
/// </summary>
internal static class Territories
{
    private static readonly Table Plans = Load();

    /// <summary>Calling codes have one to three digits, and none begins as another does.</summary>
    public static bool IsCallingCode(int code) => Plans.ByCode.ContainsKey(code);

    /// <summary>Null when there is no such country; 001 is none.</summary>
    public static Territory? OfRegion(string? region) =>
        region is { Length: 2 } && Plans.ByRegion.TryGetValue(region, out var plan) ? plan.Value : null;

    /// <summary>The territory whose plan stands for all that share the calling code.</summary>
    public static Territory? MainOf(int code) => Plans.ByCode.TryGetValue(code, out var plans) ? plans[0].Value : null;

    /// <summary>The territory that a number belongs to; null where several share its calling code and it is in none of their ranges.</summary>
    public static Territory? OfNumber(int code, string number)
    {
        if (!Plans.ByCode.TryGetValue(code, out var plans)) return null;
        if (plans.Length == 1) return plans[0].Value;
        foreach (var plan in plans)
        {
            var territory = plan.Value;
            var isOwn = territory.LeadingDigits is { } leading ? leading.MatchStart(number).Success : territory.TypeOf(number) != PhoneNumberType.Unknown;
            if (isOwn) return territory;
        }

        return null;
    }

    public static IEnumerable<Territory> All() => Plans.ByCode.Values.SelectMany(plans => plans).Select(plan => plan.Value);

    private static Table Load()
    {
        using var stream = typeof(Territories).Assembly.GetManifestResourceStream("Carillon.Contacts.Phone.PhoneMetadata.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var byRegion = new Dictionary<string, Lazy<Territory>>(StringComparer.OrdinalIgnoreCase);
        var byCode = new Dictionary<int, List<Lazy<Territory>>>();
        while (reader.ReadLine() is { } line)
        {
            // RR code {json}
            var region = line[..line.IndexOf(' ')];
            var brace = line.IndexOf('{');
            var code = int.Parse(line.AsSpan(region.Length + 1, brace - region.Length - 2), System.Globalization.CultureInfo.InvariantCulture);
            var json = Encoding.UTF8.GetBytes(line, brace, line.Length - brace);
            var plan = new Lazy<Territory>(() => TerritoryReader.Read(region, code, json));
            if (region != "001") byRegion.Add(region, plan);
            if (!byCode.TryGetValue(code, out var plans)) byCode.Add(code, plans = []);
            plans.Add(plan);
        }

        return new Table(byRegion.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), byCode.ToFrozenDictionary(p => p.Key, p => p.Value.ToArray()));
    }

    private sealed record Table(FrozenDictionary<string, Lazy<Territory>> ByRegion, FrozenDictionary<int, Lazy<Territory>[]> ByCode);
}
