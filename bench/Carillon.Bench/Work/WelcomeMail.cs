namespace Carillon.Bench.Work;

/// <summary>
/// The work: an internet provider's welcome mail with 13 scalars, one <c>if</c> and one <c>for</c> over five items, as text and HTML,
/// about 2.4 kB on the wire.
/// </summary>
internal static class WelcomeMail
{
    public const string TemplateKey = "isp-welcome";

    private const string Subject = "{{ company }}: your line {{ line_number }} is ready, {{ customer_name }}";

    private const string Text = """
        Hello {{ customer_name }},

        good news from {{ company }}: the line at {{ street }} is live since {{ active_since }}.

        Contract  {{ contract }}
        Plan      {{ plan }}, {{ down }} down and {{ up }} up
        Login     {{ login }}
        {% if router %}Router    {{ router }}, already set up for you
        {% endif %}
        What you have ordered:
        {% for item in items %}
          - {{ item.name }}: {{ item.price }} a month
        {% endfor %}
        The first bill comes on {{ first_bill }}. Moving house, or a second line? Both are done in your account.
        Any question? Call {{ hotline }}, day or night.

        """;

    private const string Html = """
        <!doctype html>
        <html><body style="font-family:sans-serif;color:#222">
        <h1>Hello {{ customer_name }},</h1>
        <p>good news from {{ company }}: the line at {{ street }} is live since {{ active_since }}.</p>
        <table>
        <tr><td>Contract</td><td>{{ contract }}</td></tr>
        <tr><td>Plan</td><td>{{ plan }}, {{ down }} down and {{ up }} up</td></tr>
        <tr><td>Login</td><td>{{ login }}</td></tr>
        {% if router %}<tr><td>Router</td><td>{{ router }}, already set up for you</td></tr>
        {% endif %}</table>
        <p>What you have ordered:</p>
        <ul>
        {% for item in items %}<li>{{ item.name }}: <b>{{ item.price }}</b> a month</li>
        {% endfor %}</ul>
        <p>The first bill comes on {{ first_bill }}. Moving house, or a second line? Both are done in your account.</p>
        <p>Any question? Call {{ hotline }}, day or night.</p>
        </body></html>

        """;

    /// <summary>The request that creates the template.</summary>
    public static object TemplateRequest() => new
    {
        key = TemplateKey,
        name = "Welcome to the network",
        category = "service",
        syntax = "jinja",
        variants = new[] { new { channel = "email", subject = Subject, text = Text, html = Html } },
    };

    /// <summary>
    /// One notification. <c>########</c> stands for its number, so that every one differs in its address and in most variables;
    /// <c>%%%%%%%%</c> for the number of its contact.
    /// </summary>
    public static string Notification(RecipientWay recipient, string? scheduledAt)
    {
        var to = recipient switch
        {
            RecipientWay.Address => "\"recipient\":{\"email\":\"customer-########@home.example\"}",
            RecipientWay.NewContact => "\"recipient\":{\"id\":\"customer-########\",\"name\":\"Ana Torres\",\"email\":\"customer-########@home.example\",\"locale\":\"en\"}",
            RecipientWay.MakeContact => "\"recipient\":{\"id\":\"known-%%%%%%%%\",\"name\":\"Ana Torres\",\"email\":\"known-%%%%%%%%@home.example\",\"locale\":\"en\"}",
            _ => "\"recipient_id\":\"known-%%%%%%%%\"",
        };
        var scheduled = scheduledAt is null ? "" : $",\"scheduled_at\":\"{scheduledAt}\"";
        return $$$"""
            {{{{to}}},"channel":"email","template_id":"{{{TemplateKey}}}"{{{scheduled}}},"template_variables":{"company":"Fibra Norte","customer_name":"Ana Torres ########","line_number":"L-########","street":"Calle Mayor ########","active_since":"3 May 2026","contract":"C-2026-########","plan":"Casa 600","down":"600 Mbit/s","up":"300 Mbit/s","login":"user########","router":"Norte R5 ########","first_bill":"1 June 2026","hotline":"+34 900 000 000","items":[{"name":"Fibre line ########","price":"29.90 EUR"},{"name":"Fixed IP address","price":"4.00 EUR"},{"name":"Landline with numbers","price":"5.50 EUR"},{"name":"Television, 80 channels","price":"12.00 EUR"},{"name":"Cloud storage, 200 GB","price":"2.50 EUR"}]}}
            """;
    }
}

/// <summary>How a notification says whom to reach.</summary>
internal enum RecipientWay
{
    /// <summary>A bare address.</summary>
    Address,

    /// <summary>The id of a contact that is known already.</summary>
    Contact,

    /// <summary>A contact that is made with the notification.</summary>
    NewContact,

    /// <summary>Makes the contacts for <see cref="Contact"/>, before anything is measured.</summary>
    MakeContact,
}
