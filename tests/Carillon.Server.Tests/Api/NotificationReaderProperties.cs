using System.Text;
using Carillon.Server.Api;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Server.Tests.Api;

public sealed class NotificationReaderProperties
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Good = """
        {"recipient":{"id":"c","name":"Ana","email":"a@b.c","attributes":{"a":[1,"\u00e1"]},"timezone":"UTC","addresses":[{"channel":"push","identifier":"t"}]},
         "channels":["email","sms"],"delivery":"fallback","fallback_after":"PT1.5S","template_variables":{"x":"\ud83d\ude00","y":{"z":null}},"secret_variables":["x"],
         "subject":"Olá","message":"m","overrides":{"sms":{"message":"s","syntax":"jinja"}},"headers":{"X-A":"b"},
         "attachments":[{"filename":"f","content_type":"text/plain","content":"aGk="}],"scheduled_at":"2026-03-14T14:00:00.123-05:00",
         "related":{"type":"t","id":"i"},"metadata":{"m":1e3},"tags":["t"]}
        """u8.ToArray();

    private static bool Survives(byte[] body)
    {
        var one = NotificationJson.Read(body, Now);
        var items = new List<ReadNotification>();
        NotificationJson.ReadArray(body, Now, 100, items);
        NotificationJson.ReadArray((byte[])[.. "["u8, .. body, .. "]"u8], Now, 100, items);

        // It is either a request or says why not; faults always have a code and a message.
        return (one.Request is not null || one.Faults is { Count: > 0 })
            && items.Concat([one]).SelectMany(i => i.Faults ?? []).All(f => f.Code.Length > 0 && f.Message.Length > 0);
    }

    [Fact]
    public void No_bytes_crash_the_reader() =>
        Prop.ForAll<byte[]>(Survives).QuickCheckThrowOnFailure();

    [Fact]
    public void No_change_to_a_good_request_crashes_the_reader()
    {
        var changes = Gen.ListOf(Gen.Zip(Gen.Choose(0, Good.Length - 1), Gen.Choose(0, 255))).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(changes, edits =>
        {
            var body = (byte[])Good.Clone();
            foreach (var (position, value) in edits) body[position] = (byte)value;
            return Survives(body);
        }));
    }

    [Fact]
    public void No_prefix_of_a_good_request_crashes_the_reader()
    {
        for (var length = 0; length < Good.Length; length++) Assert.True(Survives(Good[..length]));
        Assert.Null(NotificationJson.Read(Good, Now).Faults);
    }

    [Fact]
    public void Tokens_in_any_order_do_not_crash_the_reader()
    {
        string[] tokens =
        [
            "{", "}", "[", "]", ",", ":", "null", "true", "7", "-1e999", "\"\"", "\"\\ud800\"", "\"a\"", "\"recipient\"", "\"channels\"", "\"overrides\"",
            "\"sms\"", "\"headers\"", "\"attachments\"", "\"template_variables\"", "\"tags\"", "\"related\"", "\"scheduled_at\"", "\"email\"", "\"content\"",
        ];
        var sequences = Gen.ListOf(Gen.Elements(tokens)).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(sequences, words => Survives(Encoding.UTF8.GetBytes("{" + string.Concat(words)))));
    }
}
