namespace Carillon.Mail.Bounces;

/// <summary>The command that a server answered when it refused.</summary>
internal enum SmtpPhase
{
    Unknown,
    Connect,
    Greeting,
    MailFrom,
    RcptTo,
    Data,
}

/// <summary>Reads the phase from the words of a notice: servers refuse an address at RCPT TO and a message after DATA.</summary>
internal static class SmtpPhases
{
    // What the mail systems write, in the order in which one notice may have several: the closest wording first.
    private static readonly (string Words, SmtpPhase Phase)[] Wordings =
    [
        ("in reply to end of data", SmtpPhase.Data), ("in reply to data", SmtpPhase.Data),
        ("in reply to rcpt", SmtpPhase.RcptTo), ("in reply to mail", SmtpPhase.MailFrom),
        ("in reply to helo", SmtpPhase.Greeting), ("in reply to ehlo", SmtpPhase.Greeting),
        ("refused to talk to me", SmtpPhase.Connect), ("helo handshake", SmtpPhase.Greeting), ("initial server greeting", SmtpPhase.Connect),
        ("after initial connection", SmtpPhase.Connect), ("after ehlo", SmtpPhase.Greeting), ("after helo", SmtpPhase.Greeting),
        ("after end of data", SmtpPhase.Data), ("after data", SmtpPhase.Data), ("after pipelined data", SmtpPhase.Data),
        ("after mail", SmtpPhase.MailFrom), ("after pipelined mail", SmtpPhase.MailFrom),
        ("after rcpt", SmtpPhase.RcptTo), ("after pipelined rcpt", SmtpPhase.RcptTo),
        ("did not like our rcpt", SmtpPhase.RcptTo), ("did not like our mail", SmtpPhase.MailFrom), ("did not like our data", SmtpPhase.Data),
        ("does not like recipient", SmtpPhase.RcptTo), ("sender was rejected", SmtpPhase.MailFrom), ("my name was rejected", SmtpPhase.Greeting),
        ("failed after i sent the message", SmtpPhase.Data), ("failed on data", SmtpPhase.Data), ("rcpt to response", SmtpPhase.RcptTo),
        ("for text command", SmtpPhase.Data), ("for data command", SmtpPhase.Data), ("for rcpt", SmtpPhase.RcptTo), ("for mail", SmtpPhase.MailFrom),
        ("smtp:rcpt", SmtpPhase.RcptTo), ("smtp:mail", SmtpPhase.MailFrom), ("smtp:data", SmtpPhase.Data),
        ("[rcpt_to]", SmtpPhase.RcptTo), ("[mail_from]", SmtpPhase.MailFrom), ("[data]", SmtpPhase.Data),
        ("in rcpt to", SmtpPhase.RcptTo), ("in mail from", SmtpPhase.MailFrom), ("smtp transmission failure", SmtpPhase.Data),
        ("server has rejected address", SmtpPhase.Unknown),
    ];

    private static readonly (string Command, SmtpPhase Phase)[] Commands =
    [
        ("rcpt", SmtpPhase.RcptTo), ("mail", SmtpPhase.MailFrom), ("data", SmtpPhase.Data), ("helo", SmtpPhase.Greeting), ("ehlo", SmtpPhase.Greeting),
        ("bdat", SmtpPhase.Data),
    ];

    public static SmtpPhase Of(string context)
    {
        SmtpPhase transcript = FromTranscript(context);
        if (transcript != SmtpPhase.Unknown) return transcript;
        string flat = DiagnosticText.OneLine(context, context.Length).ToLowerInvariant();
        foreach ((string words, SmtpPhase phase) in Wordings)
            if (flat.Contains(words, StringComparison.Ordinal)) return phase;
        return SmtpPhase.Unknown;
    }

    // >>> RCPT TO:<a@b>       the command before the first refusal counts;
    // <<< 550 User unknown    a refused connection has a reply before any command
    private static SmtpPhase FromTranscript(string context)
    {
        // With pipelining DATA is sent before the answer to RCPT TO is read; that no recipient was left shows what was refused.
        if (SaysNoRecipient(context)) return SmtpPhase.RcptTo;
        SmtpPhase last = SmtpPhase.Unknown;
        foreach (string line in context.Split('\n'))
        {
            ReadOnlySpan<char> trimmed = line.AsSpan().Trim();
            int sent = trimmed.IndexOf(">>> ", StringComparison.Ordinal);
            if (sent >= 0 && trimmed.IndexOf("Received >>>", StringComparison.Ordinal) < 0) last = CommandOf(trimmed[(sent + 4)..], last);
            else if (trimmed.IndexOf("<<< ", StringComparison.Ordinal) is >= 0 and var got)
            {
                ReadOnlySpan<char> rest = trimmed[(got + 4)..].TrimStart();
                if (rest.Length > 0 && rest[0] is '4' or '5') return last;
                SmtpPhase command = CommandOf(rest, SmtpPhase.Unknown);
                if (command != SmtpPhase.Unknown) last = command;
            }
            else if (trimmed.StartsWith("Received >>> ", StringComparison.Ordinal) && last != SmtpPhase.Unknown) return last;
        }
        return SmtpPhase.Unknown;
    }

    private static bool SaysNoRecipient(string context) => context.Contains("<<< 55", StringComparison.Ordinal)
        && (context.Contains("no valid recipients", StringComparison.OrdinalIgnoreCase) || context.Contains("<<< 503", StringComparison.Ordinal));

    private static SmtpPhase CommandOf(ReadOnlySpan<char> text, SmtpPhase otherwise)
    {
        foreach ((string command, SmtpPhase phase) in Commands)
            if (text.StartsWith(command, StringComparison.OrdinalIgnoreCase)) return phase;
        return otherwise;
    }
}
