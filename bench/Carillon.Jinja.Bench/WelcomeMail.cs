using System.Text;

namespace Carillon.Jinja.Bench;

/// <summary>The mail that greets a new customer: subject, text and HTML, 13 scalars, one condition, one loop over 5 items.</summary>
internal static class WelcomeMail
{
    public const string Subject = "Welcome to {{ company_name }}, {{ customer_name }}!";

    public const string Text = """
        Dear {{ customer_name }},

        Welcome to {{ company_name }}! Your internet service has been activated.

        Service Details:
        - Plan: {{ service_plan }}
        - Speed: {{ download_speed }}Mbps / {{ upload_speed }}Mbps
        - Monthly Cost: {{ currency }}{{ monthly_cost }}

        Account Information:
        - Customer ID: {{ customer_id }}
        - Portal ID: {{ portal_id }}
        - Portal URL: {{ portal_url }}
        {% if activation_date %}
        Active since {{ activation_date }}.
        {% endif %}
        Next steps:
        {% for step in steps %}
        - {{ step.title }}: {{ step.detail }}
        {% endfor %}
        If you need any assistance, please contact our support team at
        {{ support_email }} or {{ support_phone }}.

        Best regards,
        The {{ company_name }} Team
        """;

    public const string Html = """
        <html><body>
        <p>Dear {{ customer_name }},</p>
        <p>Welcome to <b>{{ company_name }}</b>! Your internet service has been activated.</p>
        <table>
        <tr><td>Plan</td><td>{{ service_plan }}</td></tr>
        <tr><td>Speed</td><td>{{ download_speed }}Mbps / {{ upload_speed }}Mbps</td></tr>
        <tr><td>Monthly Cost</td><td>{{ currency }}{{ monthly_cost }}</td></tr>
        <tr><td>Customer ID</td><td>{{ customer_id }}</td></tr>
        <tr><td>Portal</td><td><a href="{{ portal_url }}">{{ portal_id }}</a></td></tr>
        </table>
        {% if activation_date %}
        <p>Active since {{ activation_date }}.</p>
        {% endif %}
        <ul>
        {% for step in steps %}
        <li><b>{{ step.title }}</b>: {{ step.detail }}</li>
        {% endfor %}
        </ul>
        <p>If you need any assistance, please contact our support team at
        <a href="mailto:{{ support_email }}">{{ support_email }}</a> or {{ support_phone }}.</p>
        <p>Best regards,<br>The {{ company_name }} Team</p>
        </body></html>
        """;

    public static readonly byte[] Json = Encoding.UTF8.GetBytes("""
        {"company_name": "Northern Fibre & Co", "customer_name": "Zoë Nakamura", "service_plan": "Fibre 500", "download_speed": 500, "upload_speed": 250,
        "currency": "€", "monthly_cost": "39.90", "customer_id": 481516, "portal_id": "P-2342", "portal_url": "https://portal.example.com/login",
        "support_email": "help@example.com", "support_phone": "+34 600 000 000", "activation_date": "2026-03-01",
        "steps": [{"title": "Router", "detail": "Plug it in and wait for the green light"}, {"title": "Portal", "detail": "Choose a password"},
        {"title": "Invoice", "detail": "Arrives on the first of the month"}, {"title": "Phone", "detail": "Keep your number: tell us its <PIN>"},
        {"title": "Help", "detail": "Call or write whenever you like"}]}
        """);
}
