using System.Globalization;
using System.Text.Json.Nodes;

namespace Carillon.Server.Demo;

/// <summary>A morning's notifications of the four businesses. The same on every run.</summary>
internal sealed class DemoTraffic(DateTimeOffset now)
{
    private static readonly string[] Names =
        ["Ana Gómez", "John Doe", "Wanjiru Kamau", "Łukasz Nowak", "Mei-Ling Chen", "José Álvarez", "Aisha Bello", "Søren Holm", "Priya Nair", "Émile Roux"];

    private static readonly string[] Pets = ["Luna", "Max", "Coco", "Rocky", "Nala", "Simba"];

    public IEnumerable<(string Business, JsonArray Notifications)> Businesses =>
    [
        ("Internet provider", Make(120, Welcome)),
        ("WiFi reseller", Make(110, Payment)),
        ("Clinic", Make(80, Appointment)),
        ("Call centre", Make(70, FollowUp)),
    ];

    private static JsonArray Make(int count, Func<int, JsonObject> make) => new([.. Enumerable.Range(0, count).Select(make)]);

    private static JsonObject Welcome(int i) => new()
    {
        ["recipient"] = new JsonObject { ["id"] = $"isp-{i}", ["name"] = Names[i % Names.Length], ["email"] = $"customer{i}@example.net" },
        ["channel"] = "email",
        ["template_id"] = "demo-isp-welcome",
        ["template_variables"] = new JsonObject
        {
            ["company"] = "Ridgeline Fibre",
            ["customer_name"] = Names[i % Names.Length],
            ["currency"] = "$",
            ["plan"] = new JsonObject { ["name"] = i % 3 == 0 ? "Summit 500" : "Valley 100", ["down"] = i % 3 == 0 ? 500 : 100, ["up"] = i % 3 == 0 ? 250 : 40, ["price"] = i % 3 == 0 ? 49.9 : 29.9 },
            ["router"] = i % 2 == 0 ? "RX-7" : "",
            ["steps"] = new JsonArray("Plug in the router", "Wait for the green light", "Join the network on the sticker"),
            ["support_phone"] = "+1 555 010 0100",
        },
    };

    private JsonObject Payment(int i) => new()
    {
        ["recipient"] = new JsonObject { ["id"] = $"wifi-{i}", ["name"] = Names[i % Names.Length], ["phone"] = Phone("+25471", i) },
        ["channel"] = "sms",
        ["template_id"] = "demo-wifi-payment",
        ["template_variables"] = new JsonObject
        {
            ["customer_name"] = Names[i % Names.Length].Split(' ')[0],
            ["amount"] = "KES " + (900 + (i * 10)).ToString(CultureInfo.InvariantCulture),
            ["due_date"] = now.AddDays(3).ToString("d MMM", CultureInfo.InvariantCulture),
            ["mpesa_number"] = "247247",
        },
    };

    private JsonObject Appointment(int i)
    {
        var at = now.AddDays(1 + (i % 3));
        var notification = new JsonObject
        {
            ["recipient"] = new JsonObject
            {
                ["id"] = $"clinic-{i}",
                ["name"] = Names[i % Names.Length],
                ["phone"] = Phone("+52155", i),
                ["locale"] = i % 2 == 0 ? "es-MX" : "en",
            },
            ["channels"] = new JsonArray("whatsapp", "sms"),
            ["delivery"] = "fallback",
            ["template_id"] = "demo-clinic-appointment",
            ["template_variables"] = new JsonObject
            {
                ["owner"] = Names[i % Names.Length].Split(' ')[0],
                ["pet"] = Pets[i % Pets.Length],
                ["date"] = at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ["time"] = $"{9 + (i % 8)}:30",
            },
            ["related"] = new JsonObject { ["type"] = "appointment", ["id"] = (7000 + i).ToString(CultureInfo.InvariantCulture) },
        };
        // Some reminders are for tomorrow: they wait in the store and cost nothing until then.
        if (i % 8 == 0) notification["scheduled_at"] = now.AddHours(20).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return notification;
    }

    private static JsonObject FollowUp(int i) => new()
    {
        ["recipient"] = i % 5 == 0
            ? new JsonObject { ["id"] = $"call-{i}", ["phone"] = Phone("+3460", i) }
            : new JsonObject
            {
                ["id"] = $"call-{i}",
                ["addresses"] = new JsonArray(new JsonObject { ["channel"] = "push", ["identifier"] = $"device-{i:x8}" }),
            },
        ["channel"] = i % 5 == 0 ? "voice" : "push",
        ["priority"] = i % 10 == 0 ? "critical" : "normal",
        ["template_id"] = "demo-call-followup",
        ["template_variables"] = new JsonObject
        {
            ["customer_name"] = Names[i % Names.Length],
            ["agent"] = "Marta",
            ["time"] = $"{14 + (i % 5)}:00",
            ["product"] = "your new plan",
        },
    };

    private static string Phone(string prefix, int i) => prefix + (2_000_000 + (i * 37)).ToString(CultureInfo.InvariantCulture);
}
