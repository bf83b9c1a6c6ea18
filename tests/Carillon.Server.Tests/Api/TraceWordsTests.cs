using System.Text.Json;
using Carillon.Server.Api;

namespace Carillon.Server.Tests.Api;

public sealed class TraceWordsTests
{
    [Theory]
    [InlineData("""{"k":"gate","answer":"expired"}""", "It was not to go: expired.")]
    [InlineData("""{"k":"render","variant":"es"}""", "It was rendered, variant es.")]
    [InlineData("""{"k":"render","variant":"es","encoding":"UCS-2","segments":1}""", "It was rendered, variant es, 1 segment of UCS-2.")]
    [InlineData("""{"k":"render","text":"Line 2 fails."}""", "Line 2 fails.")]
    [InlineData("""{"k":"route","provider":"p","why":"place_taken","by":"least_cost"}""", "Main was to send it, the cheapest.")]
    [InlineData("""{"k":"route","provider":"p","why":"not_served","country":"JM"}""", "Main was passed over: it does not serve JM.")]
    [InlineData("""{"k":"route","provider":"p","why":"not_served","country":"JM","serves":["MX","+1212"]}""", "Main was passed over: it does not serve JM, but MX, +1212.")]
    [InlineData(
        """{"k":"route","provider":"p","why":"limited","limit":"daily_budget","until":1773532800000}""",
        "Main was passed over: its budget of the day is used up until 2026-03-15 00:00:00Z.")]
    [InlineData("""{"k":"route","provider":"p","why":"limited","limit":"hour"}""", "Main was passed over: its limit per hour is used up.")]
    [InlineData("""{"k":"route","provider":"p","why":"disabled"}""", "Main was passed over: it is disabled.")]
    [InlineData(
        """{"k":"attempt","attempt":1,"provider":"p","outcome":"accepted","ms":41,"price":"0.0310","currency":"EUR","per":"segment","units":2,"told":"0.058","told_currency":"EUR"}""",
        "Attempt 1 by Main took 41 ms: accepted, 2 segments at 0.031 EUR = 0.062 EUR, for 0.058 EUR as it says.")]
    [InlineData(
        """{"k":"attempt","attempt":2,"provider":"p","outcome":"unknown","ms":9,"answer":"reset","price":"1","currency":"EUR","per":"message","units":1}""",
        "Attempt 2 by Main took 9 ms: nobody knows whether it was taken (“reset”), 1 message at 1 EUR.")]
    [InlineData("""{"k":"outcome","answer":"retry","next":1773532800000}""", "It is to be tried again at 2026-03-15 00:00:00Z.")]
    [InlineData("""{"k":"outcome","answer":"limit","next":1773532800000}""", "It waits until 2026-03-15 00:00:00Z: limits are used up. That was no attempt.")]
    [InlineData("""{"k":"outcome","answer":"no_provider","channel":"sms","country":"JM"}""", "No provider served JM in all that time: it was given up.")]
    [InlineData("""{"k":"outcome","answer":"no_provider","channel":"email"}""", "No provider was there for email in all that time: it was given up.")]
    [InlineData("""{"k":"retried","by":"key_1"}""", "key_1 had it sent again.")]
    [InlineData("""{"k":"recover","attempt":3,"reason":"outcome_unknown"}""", "The node ended during attempt 3: nobody knows whether it was taken.")]
    [InlineData("""{"k":"some_thing"}""", "Some thing.")]
    [InlineData("""{}""", "?.")]
    public void Each_line_is_a_sentence(string line, string words) => Assert.Equal(words, TraceWords.Say(JsonElement.Parse(line), id => id == "p" ? "Main" : id));
}
