using System.Text;
using Carillon.Channels.Http;
using Carillon.Mail;

namespace Carillon.Channels.Exchanges;

/// <summary>Hears what one gateway says and is told, and keeps it masked. Thread-safe: what was asked for may still go on when it is read.</summary>
internal sealed class ExchangeRecorder(SecretMask mask, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<HttpExchange> _http = [];
    private readonly List<DialogueLine> _smtp = [];

    /// <summary>What has been heard so far.</summary>
    public GatewayExchange Read()
    {
        lock (_http) return new GatewayExchange([.. _http], [.. _smtp]);
    }

    public void Hear(SmtpDialogueLine line)
    {
        var side = line.Side switch
        {
            SmtpDialogueSide.Client => DialogueSide.Client,
            SmtpDialogueSide.Server => DialogueSide.Server,
            _ => DialogueSide.Note,
        };
        var text = Line(mask.Apply(line.Text));
        lock (_http)
        {
            if (_smtp.Count < GatewayExchange.MaxEntries) _smtp.Add(new DialogueLine(time.GetElapsedTime(_start), side, text));
        }
    }

    /// <summary>A request that is about to be sent. Null when no more are kept.</summary>
    public Recording? Begin(HttpRequestMessage request)
    {
        var url = request.RequestUri!;
        var headers = new List<KeyValuePair<string, string>>();
        if (request.Headers.Host is null) headers.Add(new("Host", url.Authority));
        Add(headers, request.Headers);
        ExchangeBody? body = null;
        if (request.Content is { } content)
        {
            // Asking for the length writes it among the headers, as sending does.
            _ = content.Headers.ContentLength;
            Add(headers, content.Headers);
            if (content is RequestContent { Written: var written }) body = Body(written, isWhole: true);
        }

        var exchange = new HttpExchange
        {
            Method = request.Method.Method,
            Url = Line(mask.ApplyToUrl(url.AbsoluteUri)),
            RequestHeaders = headers,
            RequestBody = body,
        };
        lock (_http)
        {
            if (_http.Count >= GatewayExchange.MaxEntries) return null;
            _http.Add(exchange);
            return new Recording(this, _http.Count - 1, time.GetTimestamp());
        }
    }

    private static string Line(string text) => text.Length <= GatewayExchange.MaxLine ? text : text[..GatewayExchange.MaxLine] + "…";

    private void Add(List<KeyValuePair<string, string>> headers, System.Net.Http.Headers.HttpHeaders added)
    {
        foreach (var (name, values) in added.NonValidated)
        {
            foreach (var value in values) headers.Add(new(name, Line(mask.ApplyToHeader(name, value))));
        }
    }

    /// <summary>Masked before it is cut: what a cut leaves of a secret would be known by nobody.</summary>
    private ExchangeBody Body(ReadOnlyMemory<byte> bytes, bool isWhole)
    {
        var looked = bytes.Span[..Math.Min(bytes.Length, GatewayExchange.MaxBody + mask.Reach)];
        var text = mask.ApplyToBody(Encoding.UTF8.GetString(looked));
        var isCut = !isWhole || looked.Length < bytes.Length || text.Length > GatewayExchange.MaxBody;
        if (text.Length > GatewayExchange.MaxBody)
            text = text[..(char.IsHighSurrogate(text[GatewayExchange.MaxBody - 1]) ? GatewayExchange.MaxBody - 1 : GatewayExchange.MaxBody)];
        return new ExchangeBody(text, bytes.Length, isCut);
    }

    private void End(int index, long begun, Func<HttpExchange, HttpExchange> change)
    {
        var duration = time.GetElapsedTime(begun);
        lock (_http) _http[index] = change(_http[index]) with { Duration = duration };
    }

    /// <summary>One request under way.</summary>
    internal sealed class Recording(ExchangeRecorder recorder, int index, long begun)
    {
        public void Answered(HttpAnswer answer, HttpResponseMessage response)
        {
            var headers = new List<KeyValuePair<string, string>>();
            recorder.Add(headers, response.Headers);
            recorder.Add(headers, response.Content.Headers);
            var body = answer.Body.IsEmpty && answer.IsWhole ? null : recorder.Body(answer.Body, answer.IsWhole);
            recorder.End(index, begun, e => e with { Status = answer.Status, ResponseHeaders = headers, ResponseBody = body });
        }

        public void Failed(string why) => recorder.End(index, begun, e => e with { Failure = recorder.Mask(why) });
    }

    private string Mask(string text) => Line(mask.Apply(text));
}
