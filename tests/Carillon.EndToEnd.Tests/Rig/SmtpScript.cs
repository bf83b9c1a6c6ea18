using System.Text;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>Where a dialogue stands when a script is asked.</summary>
internal enum SmtpMoment
{
    Greeting,
    Hello,
    MailFrom,
    RecipientTo,
    Data,

    /// <summary>The first bytes of the content have come, and not the last.</summary>
    Content,

    /// <summary>The final dot has come; no answer has left.</summary>
    FinalDot,
}

/// <param name="Connection">Of the sink, from 1.</param>
/// <param name="Message">Of the connection, from 1; 0 before the first.</param>
internal readonly record struct SmtpScene(SmtpMoment Moment, int Connection, int Message, string Sender, string Recipient);

/// <summary>What the sink does instead of the ordinary.</summary>
internal abstract record SmtpAct
{
    private SmtpAct()
    {
    }

    /// <summary>Answers with these bytes, whatever they are.</summary>
    public sealed record Say(byte[] Bytes) : SmtpAct
    {
        public Say(string reply) : this(Encoding.Latin1.GetBytes(reply + "\r\n"))
        {
        }
    }

    /// <summary>Breaks the connection.</summary>
    public sealed record Drop : SmtpAct;

    /// <summary>Neither answers nor closes.</summary>
    public sealed record Hang : SmtpAct;

    /// <summary>Does the ordinary, later.</summary>
    public sealed record Wait(TimeSpan Time) : SmtpAct;

    /// <summary>Does the ordinary once the gate is open.</summary>
    public sealed record Hold(Task Gate) : SmtpAct;
}

/// <summary>Says what the sink does at a scene; null is the ordinary.</summary>
internal delegate SmtpAct? SmtpScript(SmtpScene scene);

internal static class SmtpScripts
{
    public static SmtpScript At(SmtpMoment moment, SmtpAct act) => scene => scene.Moment == moment ? act : null;

    /// <summary>Only the first time.</summary>
    public static SmtpScript Once(SmtpMoment moment, SmtpAct act)
    {
        var done = 0;
        return scene => scene.Moment == moment && Interlocked.Exchange(ref done, 1) == 0 ? act : null;
    }
}
