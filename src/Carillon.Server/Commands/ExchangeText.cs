using System.Globalization;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary>An exchange for people: what we said behind <c>&gt;</c>, what the gateway said behind <c>&lt;</c>, what happened behind <c>*</c>.</summary>
internal static class ExchangeText
{
    public static void Write(ProviderExchange exchange, Terminal terminal)
    {
        foreach (var http in exchange.Http)
        {
            terminal.Line("");
            terminal.Line($"> {http.Request.Method} {http.Request.Url}");
            WriteContent(terminal, '>', http.Request.Headers, http.Request.Body, http.Request.Bytes, http.Request.IsCut);
            if (http.Response is { } response)
            {
                terminal.Line(string.Create(CultureInfo.InvariantCulture, $"< {response.Status} after {http.DurationMs:N0} ms"));
                WriteContent(terminal, '<', response.Headers, response.Body, response.Bytes, response.IsCut);
            }
            else
            {
                terminal.Line("* " + (http.Failure ?? "No answer has come yet."));
            }
        }

        if (exchange.Smtp.Count > 0) terminal.Line("");
        foreach (var line in exchange.Smtp)
        {
            var sign = line.Side switch { "client" => '>', "server" => '<', _ => '*' };
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{line.AtMs,8:N0} ms {sign} {line.Text}"));
        }
    }

    private static void WriteContent(Terminal terminal, char sign, IEnumerable<ExchangedHeader> headers, string? body, long bytes, bool isCut)
    {
        foreach (var header in headers) terminal.Line($"{sign} {header.Name}: {header.Value}");
        if (string.IsNullOrEmpty(body)) return;
        terminal.Line(sign.ToString());
        foreach (var line in body.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')) terminal.Line($"{sign} {line}");
        if (isCut) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"* … of {bytes:N0} bytes."));
    }
}
