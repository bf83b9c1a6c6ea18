using static Carillon.Mail.Bounces.ReturnReason;

namespace Carillon.Mail.Bounces;

/// <summary>
/// Judges what a mail shows about one recipient. The words of the server come first, as they are written by those who know the cause;
/// then its codes, then the phase in which it refused.
/// </summary>
internal static class Diagnosis
{
    private const int MaximumDiagnostic = 1000;

    // The same notice is read once per recipient; what it says about them it says in its first pages.
    private const int MaximumContext = 16 * 1024;

    public static ReturnedRecipient Of(string recipient, DeliveryFacts facts)
    {
        if (facts.Context.Length > MaximumContext) facts = facts with { Context = facts.Context[..MaximumContext] };
        string reply = ReplyText(facts.Diagnostic);
        string words = reply.Length == 0 ? facts.Words ?? facts.Context : Complete(reply, facts.Context);
        SmtpCodes codes = SmtpCodes.Find(words);
        if (codes.Reply is null && codes.Status is null && facts.Diagnostic is not null) codes = SmtpCodes.Find(facts.Context);
        string? field = SmtpCodes.StatusOf(facts.Status);
        string? status = Better(codes.Status, field);
        string? action = facts.Action?.Split([' ', ';', '('], 2)[0].Trim().ToLowerInvariant();

        ReturnReason reason = action is "delivered" or "relayed" or "expanded" or "deliverable"
            ? Delivered
            : CarrierAnswers.Of(recipient, words) ?? Reason(words, facts, status, codes.Reply);
        status ??= DefaultStatus(reason, codes.Reply, action, words);
        action ??= status[0] == '4' ? "delayed" : "failed";
        string shown = DiagnosticText.OneLine(words, MaximumDiagnostic);
        return new ReturnedRecipient(recipient, status, reason, IsPermanent(reason, status), codes.Reply, action, shown.Length == 0 ? null : shown);
    }

    // "smtp; 550 ..." and "X-Postfix; ..." have a type before the words (RFC 3464, section 2.3.6).
    private static string ReplyText(string? diagnostic)
    {
        if (diagnostic is null) return "";
        int semicolon = diagnostic.IndexOf(';');
        bool typed = semicolon is >= 0 and < 30 && !diagnostic.AsSpan(0, semicolon).Trim().Contains(' ');
        string text = (typed ? diagnostic[(semicolon + 1)..] : diagnostic).Trim();
        // 5.1.0 - Unknown address error 550-'5.2.2 Mailbox full': some relays wrap the reply in a text of their own
        int quoted = text.IndexOf("-'", StringComparison.Ordinal);
        if (quoted >= 3 && char.IsAsciiDigit(text[quoted - 1])) text = text[(quoted - 3)..].Replace("-'", " ", StringComparison.Ordinal);
        return text;
    }

    // Reports cut a reply of several lines after the first; the transcript in the notice has the others.
    private static string Complete(string reply, string context)
    {
        if (reply.Length < 5 || reply[3] != '-' || !char.IsAsciiDigit(reply[0])) return reply;
        int at = context.IndexOf(reply, StringComparison.Ordinal);
        if (at < 0) return reply;
        string code = reply[..3];
        var lines = new List<string>();
        foreach (string line in context[at..].Split('\n'))
        {
            string text = line.Replace("<<<", "", StringComparison.Ordinal).Trim();
            if (!text.StartsWith(code, StringComparison.Ordinal)) break;
            lines.Add(text);
            if (text.Length > 3 && text[3] == ' ') break;
        }
        return lines.Count > 1 ? string.Join(' ', lines) : reply;
    }

    private static string? Better(string? inText, string? field)
    {
        if (inText is null) return field;
        if (field is null) return inText;
        return SmtpCodes.IsVague(inText) && !SmtpCodes.IsVague(field) ? field : inText;
    }

    private static ReturnReason Reason(string words, DeliveryFacts facts, string? status, string? replyCode)
    {
        SmtpPhase phase = SmtpPhases.Of(facts.Context);
        var said = DiagnosticText.Of(ServerWords(words));
        if (IsFromProgram(facts.Diagnostic) && FromProgram(words, said) is { } failed) return failed;
        // RFC 4954: these codes are about logging in and nothing else, whatever the command was.
        if (replyCode is "530" or "534" or "535" or "538" && ReasonRules.Read(said) is null or SecurityError) return SecurityError;
        if (FromWords(said, status, phase) is { } told)
            return told is UserUnknown ? Confirmed(said, words, facts, status, phase) : told;
        if (status is not null && StatusReasons.Of(status) is { } named)
            // 421 closes the connection: it speaks of the service, never of one mailbox
            return replyCode is "421" && named is Filtered ? SystemError : named;
        if (ReasonRules.RefusesAddress(said)) return phase is SmtpPhase.Data ? Filtered : UserUnknown;
        if (FromWords(DiagnosticText.Of(words), status, phase) is { } around) return around;
        if (facts.Context.Length > 0 && FromWords(DiagnosticText.Of(facts.Context), status, phase) is { } beside) return beside;
        if (replyCode is "556") return NotAccept;
        if (replyCode is "552") return MailboxFull;
        if (FromPhase(phase, replyCode) is { } refused) return refused;
        if (replyCode is "421") return SystemError;
        if (status is { Length: > 2 } && status[2] == '7') return SecurityError;
        bool late = status?[0] == '4' || facts.Action is not null && facts.Action.StartsWith("delay", StringComparison.OrdinalIgnoreCase);
        if (said.Words.Length == 0) return late ? Expired : Undefined;
        return OnHold;
    }

    private static bool IsFromProgram(string? diagnostic) =>
        diagnostic is not null && diagnostic.TrimStart().StartsWith("x-unix", StringComparison.OrdinalIgnoreCase);

    // A program that delivers ends with a code of sysexits(3), or with words of its own.
    private static ReturnReason? FromProgram(string words, DiagnosticText said) => words.Trim() switch
    {
        "67" => UserUnknown,
        "68" => HostUnknown,
        "70" or "71" or "72" or "74" or "75" or "77" => SystemError,
        "73" => MailerError,
        _ when ReasonRules.Read(said) is (MailboxFull or Suspend or SystemError or SpamDetected or VirusDetected) and { } read => read,
        _ => words.Trim().Length > 0 ? MailerError : null,
    };

    // What the server said, without what the reporting host says about the server: from the reply code on.
    private static string ServerWords(string words)
    {
        int at = SmtpCodes.FirstReply(words);
        return at <= 0 ? words : words[at..];
    }

    private static ReturnReason? FromWords(DiagnosticText text, string? status, SmtpPhase phase)
    {
        string detail = status is { Length: > 2 } ? status[2..] : "";
        return ReasonRules.Read(text) switch
        {
            // Before RCPT TO no recipient is known; what is unknown or missing then is the sender's or the host's name
            UserUnknown or HostUnknown or NotAccept when phase is SmtpPhase.MailFrom => Rejected,
            UserUnknown or HostUnknown when phase is SmtpPhase.Connect or SmtpPhase.Greeting => Blocked,
            UserUnknown when detail is "1.6" => HasMoved,
            UserUnknown => UnknownOrFiltered(detail, phase),
            // "content rejected" and "length exceeded" are said of several things; the status tells which
            SpamDetected when detail.StartsWith("6.", StringComparison.Ordinal) => ContentError,
            MesgTooBig when detail is "2.3" => ExceedLimit,
            MailboxFull when detail is "3.1" or "4.5" => SystemFull,
            // The name server was asked and knows that there is no such domain.
            NetworkError when status is "5.1.2" && text.HasAny(["nxdomain"]) => HostUnknown,
            // "access denied" to MAIL FROM is meant for the sender
            SecurityError when phase is SmtpPhase.MailFrom => Rejected,
            SecurityError or Rejected when phase is SmtpPhase.Connect or SmtpPhase.Greeting => Blocked,
            var reason => reason,
        };
    }

    // A server that knows its users refuses them at RCPT TO. One that says "user unknown" after it has taken the whole message has
    // filtered it: the address may well be there, and Japanese mobile carriers do so for every refused sender.
    // "User unknown" is what many systems answer to any trouble with a mailbox. A notice that knows of a full or a closed mailbox is
    // believed; a single claim that shows neither status nor phase, and that no other word supports, is not enough to give an address up.
    private static ReturnReason Confirmed(DiagnosticText said, string words, DeliveryFacts facts, string? status, SmtpPhase phase)
    {
        var beside = DiagnosticText.Of(Beside(words, facts));
        if (ReasonRules.OfMailbox(beside) is { } known) return known;
        bool coded = status is not null && !SmtpCodes.IsVague(status);
        if (coded || phase is not SmtpPhase.Unknown || ReasonRules.SpeaksOfDirectory(said)) return UserUnknown;
        return ReasonRules.SaysUnknown(beside) ? UserUnknown : Filtered;
    }

    // The words of the notice outside of the server's own.
    private static string Beside(string words, DeliveryFacts facts)
    {
        string server = ServerWords(words);
        string text = facts.Context.Length > words.Length ? facts.Context : words;
        return text.Replace(server, "", StringComparison.Ordinal);
    }

    private static ReturnReason UnknownOrFiltered(string detail, SmtpPhase phase)
    {
        if (phase is SmtpPhase.RcptTo) return UserUnknown;
        if (detail.StartsWith("1.", StringComparison.Ordinal)) return UserUnknown;
        if (detail is "2.0" or "2.1") return Filtered;
        return phase is SmtpPhase.Data ? Filtered : UserUnknown;
    }

    private static ReturnReason? FromPhase(SmtpPhase phase, string? replyCode) => phase switch
    {
        SmtpPhase.Connect or SmtpPhase.Greeting => Blocked,
        SmtpPhase.MailFrom => Rejected,
        SmtpPhase.RcptTo when replyCode is "550" or "551" or "553" => UserUnknown,
        SmtpPhase.Data when replyCode is "550" or "554" => Filtered,
        _ => replyCode is "500" or "501" or "502" or "503" or "504" ? SyntaxError : null,
    };

    private static string DefaultStatus(ReturnReason reason, string? replyCode, string? action, string words)
    {
        if (reason is Delivered) return "2.0.0";
        // A domain that takes no mail takes none tomorrow, though a queue may go on trying.
        if (reason is NotAccept && replyCode is null) return "5.0.0";
        bool late = replyCode is not null
            ? replyCode[0] == '4'
            : action is "delayed" || words.Contains("temporary failure", StringComparison.OrdinalIgnoreCase);
        return late ? "4.0.0" : "5.0.0";
    }

    private static bool IsPermanent(ReturnReason reason, string status) => reason switch
    {
        UserUnknown or HostUnknown or HasMoved => true,
        NotAccept => status[0] != '4',
        _ => false,
    };
}
