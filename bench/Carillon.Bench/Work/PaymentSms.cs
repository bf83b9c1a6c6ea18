using System.Globalization;
using System.Text.Json.Nodes;

namespace Carillon.Bench.Work;

/// <summary>The work of the scene <c>sms</c>: a WiFi reseller's payment reminder, five variables, one SMS long.</summary>
internal static class PaymentSms
{
    public const string TemplateKey = "wifi-payment";

    public static object TemplateRequest() => new
    {
        key = TemplateKey,
        name = "Payment due",
        category = "billing",
        syntax = "jinja",
        variants = new[]
        {
            new { channel = "sms", text = "Hi {{ customer_name }}, your payment of {{ amount }} is due on {{ due_date }}. Pay via M-Pesa {{ mpesa_number }}{% if invoice %}, invoice {{ invoice }}{% endif %}, to stay online." },
        },
    };

    /// <summary>As <see cref="WelcomeMail.Notification"/>.</summary>
    public static string Notification(RecipientWay recipient, string? scheduledAt)
    {
        var to = recipient switch
        {
            RecipientWay.Address => "\"recipient\":{\"phone\":\"+5255########\"}",
            RecipientWay.NewContact => "\"recipient\":{\"id\":\"customer-########\",\"name\":\"Ana Torres\",\"phone\":\"+5255########\",\"locale\":\"en\"}",
            RecipientWay.MakeContact => "\"recipient\":{\"id\":\"known-%%%%%%%%\",\"name\":\"Ana Torres\",\"phone\":\"+5255%%%%%%%%\",\"locale\":\"en\"}",
            _ => "\"recipient_id\":\"known-%%%%%%%%\"",
        };
        var scheduled = scheduledAt is null ? "" : $",\"scheduled_at\":\"{scheduledAt}\"";
        return $$$"""
            {{{{to}}},"channel":"sms","template_id":"{{{TemplateKey}}}"{{{scheduled}}},"template_variables":{"customer_name":"Ana Torres","amount":"KES 1,500","due_date":"1 June","mpesa_number":"400200","invoice":"F-########"}}
            """;
    }

    /// <summary>A gateway as most are: a form, the key in the header, a JSON answer with a status and an id.</summary>
    public static JsonObject Provider(int port, JsonObject settings, string name = "sink")
    {
        settings["api_url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/send");
        settings["auth_method"] = "header";
        settings["from"] = "INFORA";
        settings["id_path"] = "id";
        settings["success_path"] = "status";
        settings["success_values"] = new JsonArray("queued");
        return new JsonObject
        {
            ["name"] = name,
            ["channel"] = "sms",
            ["kind"] = "http",
            ["settings"] = settings,
            ["credentials"] = new JsonObject { ["api_key"] = "an-api-key-of-usual-length-0123456789" },
        };
    }
}
