using System.Text.Json.Nodes;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>What the tests send.</summary>
internal static class Bodies
{
    public static JsonObject Mail(string address, string subject = "Hello", string text = "It rings.") => new()
    {
        ["recipient"] = new JsonObject { ["email"] = address },
        ["channel"] = "email",
        ["subject"] = subject,
        ["message"] = text,
    };

    public static JsonObject With(this JsonObject body, string name, JsonNode? value)
    {
        body[name] = value;
        return body;
    }

    /// <summary>A provider that delivers to a sink. Its time-outs are short, so that a sink that hangs is found out soon.</summary>
    public static JsonObject Smtp(int port, string name = "sink", int priority = 10, int connections = 8, int replySeconds = 2, int finalSeconds = 2) => new()
    {
        ["name"] = name,
        ["channel"] = "email",
        ["kind"] = "smtp",
        ["priority"] = priority,
        ["settings"] = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["port"] = port,
            ["security"] = "none",
            ["from_email"] = "bells@carillon.example",
            ["client_name"] = "carillon.example",
            ["max_connections"] = connections,
            ["reply_timeout_seconds"] = replySeconds,
            ["final_reply_timeout_seconds"] = finalSeconds,
        },
    };

    public static JsonObject Sms(string number, string priority = "normal", string onUnknown = "resend") => new()
    {
        ["recipient"] = new JsonObject { ["phone"] = number },
        ["channel"] = "sms",
        ["message"] = "It rings.",
        ["priority"] = priority,
        ["on_unknown"] = onUnknown,
    };

    /// <summary>A provider that delivers to a gateway of ours.</summary>
    public static JsonObject SmsProvider(SmsGateway gateway, int priority, int atOnce = 32, string key = "an-api-key-of-usual-length-0123456789") => new()
    {
        ["name"] = gateway.Name,
        ["channel"] = "sms",
        ["kind"] = "http",
        ["priority"] = priority,
        ["max_concurrency"] = atOnce,
        ["settings"] = new JsonObject
        {
            ["api_url"] = $"http://127.0.0.1:{gateway.Port}/send",
            ["auth_method"] = "header",
            ["reference_param"] = "ref",
            ["id_path"] = "id",
        },
        ["credentials"] = new JsonObject { ["api_key"] = key },
    };

    public static JsonObject Template(string key, string subject, string text, params JsonObject[] variables) => new()
    {
        ["key"] = key,
        ["name"] = key,
        ["variables"] = new JsonArray([.. variables]),
        ["variants"] = new JsonArray(new JsonObject { ["channel"] = "email", ["subject"] = subject, ["text"] = text }),
    };

    public static JsonObject Variable(string name, string type = "string", bool required = true) =>
        new() { ["name"] = name, ["type"] = type, ["required"] = required };
}
