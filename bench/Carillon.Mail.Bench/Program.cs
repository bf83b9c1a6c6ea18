using System.Globalization;
using Carillon.Mail.Bench;

// usage: Carillon.Mail.Bench [--connections 16] [--seconds 5] [--rounds 3] [raw transport systemnet mime sign]
// Starts its own smtp-sink. All ways of sending take turns in one run, since figures of different hours do not compare.
int connections = Number("--connections", 16), seconds = Number("--seconds", 5), rounds = Number("--rounds", 3);
int callers = Number("--callers", 256);
string[] ways = [.. args.Where(a => !a.StartsWith('-') && !int.TryParse(a, CultureInfo.InvariantCulture, out _))];
if (ways.Length == 0) ways = ["mime", "sign", "raw", "transport", "systemnet"];

byte[] content = Sample.Content();
Console.WriteLine($"{content.Length} octets a message, {connections} connections, {callers} callers, {rounds} rounds of {seconds} s");
if (ways.Contains("mime")) Building.Run(seconds, signed: false);
if (ways.Contains("sign")) Building.Run(seconds, signed: true);

using Sink sink = Sink.Start();
var best = new Dictionary<string, double>();
for (int round = 0; round < rounds; round++)
{
    foreach (string way in ways)
    {
        Measurement? result = way switch
        {
            "raw" => await RawSending.RunAsync(sink.Port, connections, content, seconds),
            "transport" => await TransportSending.RunAsync(sink.Port, connections, callers, content, seconds),
            "systemnet" => await SystemNetSending.RunAsync(sink.Port, connections, seconds),
            _ => null,
        };
        if (result is null) continue;
        best[way] = Math.Max(best.GetValueOrDefault(way), result.PerSecond);
        Console.WriteLine($"{way,-10} {result}");
    }
}

foreach ((string way, double value) in best)
{
    string ratio = best.TryGetValue("raw", out double raw) ? $", {value / raw:0.00} of raw" : "";
    Console.WriteLine($"best {way,-10} {value,10:N0} messages/s{ratio}");
}

int Number(string name, int otherwise)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
