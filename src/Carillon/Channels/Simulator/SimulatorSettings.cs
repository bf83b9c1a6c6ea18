using System.Text.Json;

namespace Carillon.Channels.Simulator;

/// <summary>How a simulator behaves. Without settings it takes everything at once.</summary>
internal sealed record SimulatorSettings
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "vendor": {
              "type": "string", "title": "Vendor", "enum": ["twilio", "vonage", "africastalking", "messagebird", "smtp", "sendgrid", "mailgun", "ses"],
              "description": "Messages go through this vendor's own gateway, over sockets, to a simulation of its API, which calls back as the vendor does; of sms the first four, of email the others."
            },
            "from": {
              "type": "string", "title": "From", "maxLength": 255,
              "description": "With a vendor: the number, name or address that messages are from where they name none."
            },
            "latency_ms": {
              "title": "Latency in milliseconds",
              "description": "How long each send takes: one number, or evenly spread between two.",
              "oneOf": [
                { "type": "number", "minimum": 0, "maximum": 600000 },
                {
                  "type": "object",
                  "additionalProperties": false,
                  "required": ["min", "max"],
                  "properties": {
                    "min": { "type": "number", "title": "At least", "minimum": 0, "maximum": 600000 },
                    "max": { "type": "number", "title": "At most", "minimum": 0, "maximum": 600000 }
                  }
                }
              ],
              "default": 0
            },
            "failure_rate": {
              "type": "number", "title": "Failure rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of sends finds the provider unavailable. The four rates are 1 together at most."
            },
            "reject_rate": {
              "type": "number", "title": "Rejection rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of messages is refused for good."
            },
            "throttle_rate": {
              "type": "number", "title": "Throttling rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of sends is asked to come again later."
            },
            "lost_answer_rate": {
              "type": "number", "title": "Lost answer rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of messages is taken without the sender being told."
            },
            "retry_after_ms": {
              "type": "number", "title": "Retry after, in milliseconds", "minimum": 0, "maximum": 86400000, "default": 1000,
              "description": "How long a throttled sender is asked to wait."
            },
            "outage": {
              "type": "boolean", "title": "Outage", "default": false,
              "description": "The provider is unavailable for everything."
            },
            "per_second": {
              "type": "integer", "title": "Sends per second", "minimum": 1, "maximum": 1000000,
              "description": "What comes beyond it within one second of the clock is throttled until the next. Without it there is no limit."
            },
            "seed": {
              "type": "integer", "title": "Seed", "minimum": -9007199254740991, "maximum": 9007199254740991,
              "description": "The same message, attempt and seed end alike. Without it each provider has its own."
            },
            "delivered_rate": {
              "type": "number", "title": "Delivery rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of the messages that were taken is reported as delivered. With bounced_rate 1 at most."
            },
            "read_rate": {
              "type": "number", "title": "Reading rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of the delivered ones is reported as read."
            },
            "bounced_rate": {
              "type": "number", "title": "Bounce rate", "minimum": 0, "maximum": 1, "default": 0,
              "description": "Which share of the messages that were taken is reported as bounced."
            },
            "receipt_delay_ms": {
              "type": "number", "title": "Delay of reports, in milliseconds", "minimum": 0, "maximum": 60000, "default": 100,
              "description": "How long after a message was taken, and after its delivery, the report comes."
            },
            "cost": {
              "type": ["string", "number"], "title": "Cost of a message", "pattern": "^[0-9]*\\.?[0-9]+$", "minimum": 0,
              "description": "A decimal amount. Without it nothing is said about cost."
            },
            "currency": {
              "type": "string", "title": "Currency", "pattern": "^[A-Z]{3}$", "maxLength": 3,
              "description": "The ISO 4217 code of the cost's currency; required with it."
            }
          },
          "dependentRequired": { "cost": ["currency"] }
        }
        """;

    private const double MaxLatency = 600_000;
    private const double MaxReceiptDelay = 60_000;
    private const double MaxRetryAfter = 86_400_000;
    private const long MaxSafeInteger = 9_007_199_254_740_991;

    /// <summary>Whose gateway is rehearsed with; null for none.</summary>
    public string? Vendor { get; private init; }

    public string? From { get; private init; }

    public TimeSpan ShortestLatency { get; private init; }

    public TimeSpan LongestLatency { get; private init; }

    public double FailureRate { get; private init; }

    public double RejectRate { get; private init; }

    public double ThrottleRate { get; private init; }

    public double LostAnswerRate { get; private init; }

    public TimeSpan RetryAfter { get; private init; }

    public bool Outage { get; private init; }

    public long? PerSecond { get; private init; }

    public long? Seed { get; private init; }

    public double DeliveredRate { get; private init; }

    public double ReadRate { get; private init; }

    public double BouncedRate { get; private init; }

    public TimeSpan ReceiptDelay { get; private init; }

    public decimal? Cost { get; private init; }

    public string? Currency { get; private init; }

    public static SimulatorSettings Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var (minLatency, maxLatency) = ReadLatency(reader);
        var result = new SimulatorSettings
        {
            Vendor = reader.Text("vendor", maxLength: 40),
            From = reader.Text("from"),
            ShortestLatency = TimeSpan.FromMilliseconds(minLatency),
            LongestLatency = TimeSpan.FromMilliseconds(maxLatency),
            FailureRate = reader.Number("failure_rate", 0, 1) ?? 0,
            RejectRate = reader.Number("reject_rate", 0, 1) ?? 0,
            ThrottleRate = reader.Number("throttle_rate", 0, 1) ?? 0,
            LostAnswerRate = reader.Number("lost_answer_rate", 0, 1) ?? 0,
            RetryAfter = TimeSpan.FromMilliseconds(reader.Number("retry_after_ms", 0, MaxRetryAfter) ?? 1000),
            Outage = reader.Flag("outage") ?? false,
            PerSecond = reader.Integer("per_second", 1, 1_000_000),
            Seed = reader.Integer("seed", -MaxSafeInteger, MaxSafeInteger),
            DeliveredRate = reader.Number("delivered_rate", 0, 1) ?? 0,
            ReadRate = reader.Number("read_rate", 0, 1) ?? 0,
            BouncedRate = reader.Number("bounced_rate", 0, 1) ?? 0,
            ReceiptDelay = TimeSpan.FromMilliseconds(reader.Number("receipt_delay_ms", 0, MaxReceiptDelay) ?? 100),
            Cost = reader.Money("cost"),
            Currency = reader.Text("currency", maxLength: 3),
        };
        Vendors.Rehearsal.Check(settings.Channel, result, reader);
        // 0.1 + 0.2 + 0.7 is a little over 1 in binary.
        if (result.FailureRate + result.RejectRate + result.ThrottleRate + result.LostAnswerRate > 1 + 1e-9)
            reader.Fault("failure_rate", "conflict", "failure_rate, reject_rate, throttle_rate and lost_answer_rate are 1 together at most.");
        if (result.DeliveredRate + result.BouncedRate > 1 + 1e-9)
            reader.Fault("delivered_rate", "conflict", "delivered_rate and bounced_rate are 1 together at most.");
        if (result.Cost is not null && result.Currency is null) reader.Fault("currency", "required", "It is required with a cost.");
        if (result.Currency is { } currency && (currency.Length != 3 || currency.AsSpan().ContainsAnyExceptInRange('A', 'Z')))
            reader.Fault("currency", "invalid", "It must be an ISO 4217 code such as USD.");
        reader.Finish();
        SettingsReader.NoCredentials(settings, faults);
        return result;
    }

    private static (double Min, double Max) ReadLatency(SettingsReader reader)
    {
        const string name = "latency_ms";
        if (reader.Raw(name) is not { ValueKind: JsonValueKind.Object })
        {
            var latency = reader.Number(name, 0, MaxLatency) ?? 0;
            return (latency, latency);
        }

        var range = reader.Within(name);
        var min = range.Number("min", 0, MaxLatency);
        var max = range.Number("max", 0, MaxLatency);
        range.Finish();
        if (range.Raw("min") is null) range.Fault("min", "required", "It is required beside max.");
        if (range.Raw("max") is null) range.Fault("max", "required", "It is required beside min.");
        if (min > max) range.Fault("max", "conflict", "It must not be less than min.");
        return (min ?? 0, Math.Max(min ?? 0, max ?? 0));
    }
}
