using System.Text;
using Carillon.Mail.Bounces;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Mail.Tests.Bounces;

public class HostileInputTests
{
    private static readonly byte[][] Seeds =
    [
        .. NoticeFormats.All.Select(row => Encoding.UTF8.GetBytes(row.Data.Item2)),
        .. Notices.All.Select(notice => Encoding.UTF8.GetBytes(notice.Mail)),
    ];

    [Fact]
    public void Any_octets_give_a_report() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets => Holds(octets)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_mail_cut_anywhere_gives_a_report()
    {
        foreach (byte[] seed in Seeds)
            for (int length = 0; length < seed.Length; length += 7)
                Assert.True(Holds(seed.AsMemory(0, length)));
    }

    [Fact]
    public void A_mail_with_octets_changed_gives_a_report()
    {
        Gen<byte[]> mutated =
            from seed in Gen.Elements(Seeds)
            from changes in Gen.ArrayOf(Gen.Zip(Gen.Choose(0, seed.Length - 1), Gen.Choose(0, 255)))
            select Changed(seed, changes);

        Prop.ForAll(mutated.ToArbitrary(), octets => Holds(octets)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData("@")]
    [InlineData("a@b.c ")]
    [InlineData("<")]
    [InlineData("\n>>> ")]
    [InlineData("\n<a@b.example>: ")]
    [InlineData("\"")]
    [InlineData("=?")]
    [InlineData("550 5.1.1 ")]
    [InlineData("user mailbox host ip not ")]
    [InlineData("\nX-A: ")]
    [InlineData("\n--b\nContent-Type: multipart/mixed; boundary=b\n")]
    [InlineData("\nFinal-Recipient: rfc822; a@b.example\nAction: failed\n\n")]
    public void A_megabyte_of_one_thing_gives_a_report(string piece)
    {
        string body = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));

        Assert.True(Holds(Encoding.UTF8.GetBytes("From: MAILER-DAEMON@a.example\nTo: x@a.example\nSubject: failure notice\n\n" + body)));
        Assert.True(Holds(Encoding.UTF8.GetBytes("From: MAILER-DAEMON@a.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" + body)));
    }

    [Fact]
    public void Parts_nested_without_end_give_a_report()
    {
        var mail = new StringBuilder("From: MAILER-DAEMON@a.example\n");
        for (int i = 0; i < 50_000; i++) mail.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\n\n--b").Append(i).Append('\n');

        Assert.True(Holds(Encoding.UTF8.GetBytes(mail.ToString())));
    }

    // A report always keeps its promise: recipients exactly when it is one, and every field of theirs filled in.
    private static bool Holds(ReadOnlyMemory<byte> octets)
    {
        ReturnedMailReport report = ReturnedMail.Parse(octets);
        return report.Recipients.Count == 0 == (report.Kind is ReturnedMailKind.None)
            && report.Recipients.All(r => r.Recipient is not null && r.Status is not null && (r.Diagnostic?.Length ?? 0) <= 1000);
    }

    private static byte[] Changed(byte[] seed, (int At, int Value)[] changes)
    {
        byte[] octets = [.. seed];
        foreach ((int at, int value) in changes) octets[at] = (byte)value;
        return octets;
    }
}
