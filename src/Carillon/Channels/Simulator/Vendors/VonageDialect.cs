using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Carillon.Channels.Http;
using Carillon.Channels.Sms;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>
/// Vonage's SMS API, by the examples of https://developer.vonage.com/en/api/sms, its webhooks signed with MD5 hash
/// (https://developer.vonage.com/en/getting-started/concepts/signing-messages).
/// </summary>
internal sealed class VonageDialect : IVendorDialect
{
    public string Name => "vonage";

    public string NewId() => VendorForm.Hex(16).ToUpperInvariant();

    public VendorOrder? Read(VendorRequest request, out VendorReply? refusal)
    {
        refusal = request is { Method: "POST", Path: "/sms/json" } ? null : VendorForm.Json(404, "{}");
        if (refusal is not null) return null;
        var fields = FormFields.OfBody(request.Body);
        var (key, secret, from, to, text) = (fields["api_key"], fields["api_secret"], fields["from"], fields["to"], fields["text"]);
        if (string.IsNullOrEmpty(key) || string.IsNullOrEmpty(secret) || secret == VendorSimulators.WrongSecret) refusal = Status("4", "Bad Credentials");
        else if (string.IsNullOrEmpty(from)) refusal = Status("2", "Missing from param");
        else if (string.IsNullOrEmpty(to)) refusal = Status("2", "Missing to param");
        else if (string.IsNullOrEmpty(text)) refusal = Status("2", "Missing text param");
        else if (to.Any(c => !char.IsAsciiDigit(c))) refusal = Status("3", "Invalid to param");
        return refusal is null ? new VendorOrder(from!, "+" + to, text!, fields["client-ref"], fields["callback"]) : null;
    }

    public VendorReply Accept(VendorOrder order, string id, DateTimeOffset now)
    {
        var count = SmsText.Measure(order.Text).Segments;
        var parts = Enumerable.Range(1, count).Select(part =>
            $$"""{"to":"{{order.To[1..]}}","message-id":"{{(part == 1 ? id : NewId())}}","status":"0","remaining-balance":"3.14159265","message-price":"0.03330000","network":"12345","client-ref":{{VendorForm.Quote(order.Reference ?? "")}}}""");
        return VendorForm.Json(200, string.Create(CultureInfo.InvariantCulture, $$"""{"message-count":"{{count}}","messages":[{{string.Join(',', parts)}}]}"""));
    }

    public VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter) => fault switch
    {
        SimulatorFault.Rejected => Status("7", "Number barred"),
        SimulatorFault.Throttled => Status("1", "Throughput Rate Exceeded - please wait [ 250 ] and retry"),
        _ => VendorForm.Json(503, ""),
    };

    public VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now)
    {
        var (status, code) = stage switch { VendorStage.Sent => ("accepted", "0"), VendorStage.Delivered => ("delivered", "0"), _ => ("failed", "9") };
        return Signed(
            [
                ("msisdn", message.To[1..]), ("to", message.From), ("network-code", "12345"), ("messageId", message.Id), ("price", "0.03330000"), ("status", status),
                ("scts", now.ToString("yyMMddHHmm", CultureInfo.InvariantCulture)), ("err-code", code), ("api-key", "abcd1234"),
                ("client-ref", message.Reference ?? ""),
            ], url, secret, now);
    }

    public VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now) => Signed(
        [
            ("api-key", "abcd1234"), ("msisdn", from.TrimStart('+')), ("to", to.TrimStart('+')), ("messageId", id), ("text", text), ("type", "text"),
            ("keyword", text.Split(' ')[0].ToUpperInvariant()),
        ], url, secret, now);

    private static VendorCallback Signed(List<(string Name, string Value)> fields, Uri url, string secret, DateTimeOffset now)
    {
        fields.Add(("message-timestamp", now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)));
        fields.Add(("timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        fields.Add(("nonce", VendorForm.Hex(32)));
        var text = string.Concat(fields.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"&{f.Name}={f.Value.Replace('&', '_').Replace('=', '_')}"));
#pragma warning disable CA5351 // The method that accounts begin with.
        fields.Add(("sig", Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text + secret)))));
#pragma warning restore CA5351
        return new VendorCallback(HttpMethod.Post, url, RequestContent.Form, VendorForm.Write(fields));
    }

    private static VendorReply Status(string status, string text) =>
        VendorForm.Json(200, $$"""{"message-count":"1","messages":[{"status":"{{status}}","error-text":"{{text}}"}]}""");
}
