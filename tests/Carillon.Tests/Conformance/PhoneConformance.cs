using System.Text.Json;
using Carillon.Contacts.Phone;

namespace Carillon.Tests.Conformance;

public sealed class PhoneConformance
{
    [Fact]
    public void Numbers_are_read_and_written_as_libphonenumber_does()
    {
        int right = 0, all = 0;
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(Corpus.Find("phone/cases.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            all++;
            var faults = Faults(json.RootElement).ToList();
            if (faults.Count == 0) right++;
            else wrong.Add($"{json.RootElement.GetProperty("id")} {json.RootElement.GetProperty("input")}: {string.Join(", ", faults)}");
        }

        TestContext.Current.SendDiagnosticMessage($"phone: {right} of {all} right ({100.0 * right / Math.Max(all, 1):0.0} %)");
        Assert.True(right >= 0.99 * all && all > 0, string.Join('\n', wrong));
    }

    private static IEnumerable<string> Faults(JsonElement expected)
    {
        var number = PhoneNumber.Parse(Text(expected, "input")!, Text(expected, "defaultRegion"));
        var isValid = number?.IsValid == true;
        if (isValid != expected.GetProperty("valid").GetBoolean()) yield return $"valid {isValid}";
        if ((number?.IsPossible == true) != expected.GetProperty("possible").GetBoolean()) yield return $"possible {number?.IsPossible}";
        var type = number is null ? null : PhoneNumberTypeNames.All.NameOf(number.Type).ToUpperInvariant();
        (string, string?)[] facts =
        [
            ("e164", number?.ToE164()), ("region", number?.Region), ("type", type), ("extension", number?.Extension),
            ("national", number?.ToNational()), ("international", number?.ToInternational()),
        ];
        foreach (var (name, found) in facts)
        {
            var wanted = Text(expected, name);
            if (isValid ? found != wanted : wanted is not null) yield return $"{name} {found}, not {wanted}";
        }
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
