using System.Text.Json.Nodes;

namespace Carillon.Server.Demo;

/// <summary>The providers and templates of the demo: four businesses, gateways before simulated vendors with the faults of real ones, no account anywhere.</summary>
internal static class DemoEstate
{
    public static IEnumerable<JsonObject> Providers =>
    [
        // Mail and SMS go over sockets, by the vendors' own gateways, to simulations of a mail server and of the vendors' APIs.
        // Every sixth mail finds the first relay out of order and leaves by SendGrid.
        Simulator("mail-relay", "email", 10, """{ "vendor": "smtp", "latency_ms": { "min": 15, "max": 60 }, "failure_rate": 0.16 }"""),
        Simulator("sendgrid", "email", 20, """{ "vendor": "sendgrid", "latency_ms": { "min": 20, "max": 40 }, "bounced_rate": 0.05, "receipt_delay_ms": 300 }"""),
        // Kenya has a gateway of its own; the others go by Twilio, which asks to slow down at times.
        With(Simulator("africas-talking", "sms", 10, """{ "vendor": "africastalking", "latency_ms": { "min": 30, "max": 90 }, "failure_rate": 0.1, "receipt_delay_ms": 200 }"""),
            "countries", """["KE"]""", "cost", """{ "amount": "0.0062", "currency": "USD", "per": "segment" }"""),
        With(Simulator("twilio", "sms", 20, """{ "vendor": "twilio", "latency_ms": { "min": 30, "max": 90 }, "throttle_rate": 0.1, "retry_after_ms": 700, "receipt_delay_ms": 200 }"""),
            "cost", """{ "amount": "0.0083", "currency": "USD", "per": "segment" }"""),
        // A third of the pet owners have no WhatsApp: they are written to by SMS.
        Simulator("whatsapp-business", "whatsapp", 10, """{ "latency_ms": { "min": 40, "max": 120 }, "reject_rate": 0.3, "seed": 13, "delivered_rate": 1, "read_rate": 0.7, "receipt_delay_ms": 200 }"""),
        // Sometimes the answer is lost after the message went through.
        Simulator("push-gateway", "push", 10, """{ "latency_ms": { "min": 10, "max": 30 }, "lost_answer_rate": 0.05, "seed": 17 }"""),
        Simulator("voice-gateway", "voice", 10, """{ "latency_ms": { "min": 80, "max": 200 }, "cost": "0.013", "currency": "USD" }"""),
    ];

    public static IEnumerable<JsonObject> Templates =>
    [
        Template("demo-isp-welcome", "Internet provider: welcome", "onboarding", Variant(
            "email", null, "Welcome to {{ company }}, {{ customer_name }}!",
            """
            Dear {{ customer_name }},

            your line is up: {{ plan.name }}, {{ plan.down }}/{{ plan.up }} Mbit/s, {{ currency }}{{ "%.2f"|format(plan.price) }} a month.
            {% if router %}
            Your router {{ router }} is on its way.
            {% endif %}

            What to do first:
            {% for step in steps %}
              {{ loop.index }}. {{ step }}
            {% endfor %}

            {{ company }}, {{ support_phone }}
            """,
            """
            <h1>Welcome, {{ customer_name }}</h1>
            <p>Your line is up: <b>{{ plan.name }}</b>, {{ plan.down }}/{{ plan.up }} Mbit/s, {{ currency }}{{ "%.2f"|format(plan.price) }} a month.</p>
            {% if router %}<p>Your router {{ router }} is on its way.</p>{% endif %}
            <ol>{% for step in steps %}<li>{{ step }}</li>{% endfor %}</ol>
            <p>{{ company }}, <a href="tel:{{ support_phone }}">{{ support_phone }}</a></p>
            """)),
        Template("demo-wifi-payment", "WiFi reseller: payment due", "billing", Variant(
            "sms", null, null,
            "Hi {{ customer_name }}, your payment of {{ amount }} is due on {{ due_date }}. Pay via M-Pesa {{ mpesa_number }} to stay online.", null)),
        Template("demo-clinic-appointment", "Clinic: appointment", "appointments",
            Variant("whatsapp", "es", null, "Hola {{ owner }}, le recordamos la cita de {{ pet }} el {{ date }} a las {{ time }}. Responda 1 para confirmar.", null),
            Variant("whatsapp", "en", null, "Hello {{ owner }}, a reminder of {{ pet }}'s appointment on {{ date }} at {{ time }}. Reply 1 to confirm.", null),
            Variant("sms", "es", null, "Cita de {{ pet }}: {{ date }}, {{ time }}. Responda 1 para confirmar.", null),
            Variant("sms", "en", null, "{{ pet }}'s appointment: {{ date }}, {{ time }}. Reply 1 to confirm.", null)),
        Template("demo-call-followup", "Call centre: follow-up", "appointments",
            Variant("push", null, "{{ agent }} will call you", "{{ customer_name }}, {{ agent }} will call you at {{ time }} about {{ product }}.", null),
            Variant("voice", null, null, "Hello {{ customer_name }}. {{ agent }} will call you at {{ time }} about {{ product }}.", null)),
    ];

    private static JsonObject Simulator(string name, string channel, int priority, string settings) => new()
    {
        ["name"] = name,
        ["channel"] = channel,
        ["kind"] = "simulator",
        ["priority"] = priority,
        ["settings"] = JsonNode.Parse(settings),
    };

    private static JsonObject With(JsonObject provider, params string[] policy)
    {
        for (var i = 0; i < policy.Length; i += 2) provider[policy[i]] = JsonNode.Parse(policy[i + 1]);
        return provider;
    }

    private static JsonObject Template(string key, string name, string category, params JsonObject[] variants) => new()
    {
        ["key"] = key,
        ["name"] = name,
        ["category"] = category,
        ["variants"] = new JsonArray([.. variants]),
    };

    private static JsonObject Variant(string channel, string? locale, string? subject, string text, string? html)
    {
        var variant = new JsonObject { ["channel"] = channel, ["text"] = text };
        if (locale is not null) variant["locale"] = locale;
        if (subject is not null) variant["subject"] = subject;
        if (html is not null) variant["html"] = html;
        return variant;
    }
}
