using System.Text.Json;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>How a simulated vendor behaves. Without settings it takes everything at once and reports its delivery soon after.</summary>
/// <param name="Secret">With which it signs its callbacks; at Twilio the Auth Token, at Africa's Talking the callback token.</param>
/// <param name="CallbackUrl">Where replies go, and reports that a request gives no address for.</param>
internal sealed record VendorSettings(
    TimeSpan Latency, double FailureRate, double RejectRate, double ThrottleRate, double LostAnswerRate, double UndeliveredRate,
    TimeSpan RetryAfter, TimeSpan ReportAfter, bool Outage, string Secret, string? CallbackUrl)
{
    /// <summary>By how much it takes longer at most.</summary>
    public TimeSpan LatencySpread { get; init; }

    public static VendorSettings? Read(JsonElement json, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(json, "settings", faults);
        var settings = new VendorSettings(
            TimeSpan.FromMilliseconds(reader.Number("latency_ms", 0, 600_000) ?? 0),
            reader.Number("failure_rate", 0, 1) ?? 0,
            reader.Number("reject_rate", 0, 1) ?? 0,
            reader.Number("throttle_rate", 0, 1) ?? 0,
            reader.Number("lost_answer_rate", 0, 1) ?? 0,
            reader.Number("undelivered_rate", 0, 1) ?? 0,
            TimeSpan.FromMilliseconds(reader.Number("retry_after_ms", 0, 86_400_000) ?? 1000),
            TimeSpan.FromMilliseconds(reader.Number("report_after_ms", 0, 86_400_000) ?? 100),
            reader.Flag("outage") ?? false,
            reader.Text("secret") ?? "simulated-secret",
            reader.Text("callback_url", maxLength: Http.HttpSetting.MaxUrlLength));
        if (settings.FailureRate + settings.RejectRate + settings.ThrottleRate + settings.LostAnswerRate > 1 + 1e-9)
            reader.Fault("failure_rate", "conflict", "failure_rate, reject_rate, throttle_rate and lost_answer_rate are 1 together at most.");
        if (settings.CallbackUrl is { } url && Http.HttpSetting.FaultOf(url, out _) is { } fault) reader.Fault("callback_url", "invalid", fault);
        reader.Finish();
        return faults.Count > 0 ? null : settings;
    }
}
