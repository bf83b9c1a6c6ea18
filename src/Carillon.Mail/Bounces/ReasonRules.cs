using static Carillon.Mail.Bounces.ReturnReason;

namespace Carillon.Mail.Bounces;

/// <summary>
/// The rules that read a reason from the words of a diagnostic, the more telling before the more general: a host that is refused
/// "because it is listed for sending spam to unknown users" is blocked, and says nothing about its recipient.
/// </summary>
internal static class ReasonRules
{
    private static readonly ReasonRule[] BeforeUnknown =
    [
        new(Undefined, "delivery report unavailable"),
        new(HostUnknown, "mx records point to non", "account or domain may not exist", "domain .. not reachable"),
        new(NotAccept, "null mx", "nullmx"),
        new(NetworkError, "dns query .. failed", "dns error", "host name lookup", "name server .. lookup failure|failed|error"),
        new(Expired, "@message|envelope|delivery expired"),
        new(ContentError, "duplicate header"),
        new(MailerError, "pipe to", "exec|bin .. procmail|maildrop|vacation|bin"),
        new(Rejected, "rst authrequired|notauthorized|sendernotauthenticatedforgroup|senderrestricted|sendernotallowed|onlymembers*", "restrict* .. sender|senders", "authenticated senders"),
        new(Filtered, "recipient .. has rejected|refused|blocked", "refused|rejected|blocked by .. recipient"),
        new(Rejected, "domain of sender", "sender address|verify|verification", "senders domain|address", "from domain|header|address .. invalid|not|doesnt|does", "valid|verif* from"),
        new(SystemError, "contact|reach|unable|no|query ldap", "ldap .. server|error|fail*|lookup|timeout|unavailable"),
        new(NotAccept, "not accepting .. mail|messages|email"),
        new(NoRelaying, "relay|relaying denied|prohibited"),
        new(SecurityError, "smtp auth|authentication", "without authentication", "authentication .. required|first|needed .. relay|client|smtp|to", "must authenticate"),
        new(BadReputation, "reputation"),
        new(Expired, "temporarily suspended connect|lost|conversation"),
        new(MailerError, "command time limit", "command died", "command output"),
        new(NotCompliantRfc, "missing .. from|address|header .. header", "having|duplicate|multiple .. addresses|from|headers .. header|headers|not", "not rfc .. compliant", "rfc .. compliant|compliance|conform*"),
        new(AuthFailure,
            "spf .. unauthori*|unauthenti*|prohibit*", "spf .. fail*|record*|check*|not|policy|error|softfail|hardfail", "fail*|bad|not|no|missing .. spf", "dkim .. fail*|not|invalid|required|policy", "fail* .. dkim",
            "dmarc .. fail*|policy|reject*|check*|verification|not|evaluation", "fail*|violat*|pass|not|due|by .. dmarc", "unauthenticated @message",
            "@message|sender .. unauthenticated|not|isnt authenticated", "domain .. authenticat* .. fail*", "arc .. validation|fail*", "domainkeys"),
        new(SpamDetected, "spam or virus", "spam .. content|score|probability|message|filter*", "probability|likely|score .. spam", "junkmail|spam rejected"),
        new(VirusDetected, "virus|viruses .. detected|found|in|contain*|infected", "contain*|found|has .. virus|viruses", "malware|trojan|worm|worms", "infected", "phishing .. detected", "dangerous|malicious .. attachment|content|file", "virus"),
        new(Blocked, "hosts|from .. dynamic", "dynamic ip|ips", "generic dns"),
        new(RequirePtr,
            "reverse|rdns .. dns|lookup|record|entry|hostname|name|resolution|address", "rdns", "ptr", "without|no|valid|missing|require* .. reverse", "cannot|not|unable .. find|resolve .. your hostname",
            "client host .. cannot find your hostname", "unverif* .. ip|ips", "hostname|ip .. does|doesnt|not .. match|resolve", "not .. resolvable|resolve .. ip|address|hostname",
            "fcrdns", "forward confirmed", "fix reverse", "invalid hostname"),
        new(TooManyConn,
            "rate|connection|connections|frequency|hourly|daily .. limit*|exceeded", "frequency limited", "too many .. connections|recipients|messages|sessions|mails|emails|concurrent|connects|simultaneous",
            "throttl*", "too many|much .. messages|mail|connections .. from your|ip|host|client|server|address|sender", "@message .. too fast|quickly", "receiving mail at a rate", "mail|message rate", "slow down", "max* .. connections",
            "unusual rate", "concurrent .. connections", "sending .. too|rate|limit"),
        new(BadReputation, "reputation", "senderscore|senderbase", "low|poor|bad score", "user|spam complaints", "complaint rate", "temporarily deferred due to"),
        new(Blocked,
            "@refused .. @list|using|dns", "listed|found .. in|on|by .. @list", "@list .. listed|lookup|block*|reject*|refuse*", "client|access host|ip|address|from .. @refused", "client .. @refused", "ip .. @refused",
            "@refused .. ip|client|network|server|connections", "your|sending|source ip|host|network|server|mta|hostname .. @refused|not|suspicious", "not accepting|allowed connections|connect*|network",
            "connection|connections|connect .. @refused|dropped", "access .. from .. ip|hostname|server .. denied|refused", "open relay", "network|ip .. on our block|blocked list", "messages|mail from hostname werent sent", "will not accept delivery of this message", "not allowed to connect", "too many errors from", "dynamic .. ip|pool|address|range|hosts|host", "residential", "smtp server of your isp|provider",
            "your isp", "host name|hostname .. rejected|refused", "@refused .. your|sending|this mail server|ip|host|network", "no access from", "not authorized .. ip|host", "bad helo|ehlo", "invalid helo|ehlo|domain name",
            "helo|ehlo .. rejected|invalid|denied|refused|command", "you|your .. blacklisted|banned|blocklisted", "error too many errors", "adresse ip", "ip .. block*", "cannot send e mail to yourself", "blocked .. unsolicited|spam .. from",
            "refused to talk .. spam*", "service unavailable client", "greylist* .. block*", "abuse .. ip|network|host", "dnsbl", "rbl", "spamhaus", "senders ip"),
        new(SpamDetected,
            "spam", "spam|spammy|spamassassin|antispam|spamming", "junk .. mail|email|message|content", "ube", "uce", "unsolicited", "bulk mail|email|message|messages", "bulkmail", "@message|content .. rejected|refused .. content|ube|spam|filter",
            "@message content .. rejected|refused|denied|blocked", "content .. rejected|denied|refused", "looks .. spam*", "probable|suspected spam", "rejected .. content filter|filtering", "mail rejete", "blocked .. content filter",
            "url .. blacklist*|surbl|uribl", "surbl|uribl|dbl", "advertis*", "suspicious @message|content"),
        new(NoRelaying,
            "relay|relaying .. denied|prohibited|not|forbidden|rejected|refused|disallowed", "not|cannot|cant|wont|unable|no|without|refuse*|prohibit* .. relay|relaying", "relay access", "we|do dont|not relay", "mail relay", "relaying|relay mail",
            "not .. local|hosted|serve .. domain", "domain .. not .. rcpthosts", "rcpthosts", "not a gateway", "insecure mail relay"),
        new(ExceedLimit, "message|mail|size|length .. exceed* .. set by recipient|limit .. recipient|user"),
        new(MailboxFull,
            "quota", "overquota", "exceeded storage|quota", "storage allocation", "mailbox|inbox|mailboxes|box|maildir|storage|disk|account|folder|user .. full|overflow|exceeded|exceeds", "full .. mailbox|inbox", "over|exceed* .. storage|allotted|allocated|mailbox|disk space|quota|size|limit",
            "not|no|insufficient|enough|out .. disk|storage|mailbox space", "insufficient system storage", "disk space|quota", "no space left", "storage .. exceeded|full|limit", "mailbox .. too large|big", "mailbox .. size .. exceed*|limit",
            "boite pleine", "casilla llena", "postfach .. voll"),
        new(MesgTooBig,
            "@message|size|attachment|attachments|length|data .. too big|large|long", "too big|large .. @message|system", "exceed* .. size|length .. limit*|maximum|fixed|allowed|permitted", "@message|size .. exceed* .. size|limit|maximum|max|length|fixed",
            "@message size|length .. limit|exceed*|maximum", "max|maximum .. @message .. size|length", "size limit", "oversize*"),
        new(HasMoved, "has|have moved", "not local please try", "please try addr", "mailbox|user|account|recipient|address|addr .. moved", "no longer on server", "address .. changed|replaced", "moved to", "new address is", "no forwarding|forward address", "not our user", "changed .. address"),
        new(Suspend,
            "@mailbox .. disabled|suspended|inactive|deactivated|discontinued|frozen|locked|closed|expired|dormant|terminated|blocked|restricted|deactive", "disabled|suspended|inactive|deactivated|frozen|locked|expired|terminated @mailbox",
            "disabled .. due|for .. inactivity", "not|isnt active", "email|mail account .. inactive|disabled", "out of service", "mailbox|account .. temporarily|currently .. suspended|locked", "temporarily disabled|suspended", "tried to reach is disabled|inactive"),
    ];

    private static readonly ReasonRule[] AfterUnknown =
    [
        new(NotAccept,
            "host|domain|server|site|hostname|system|we|machine .. doesnt|not|dont|never accept|accepts|accepting|receive|take .. mail|email|emails|messages", "null mx", "nullmx", "find a mail exchanger", "does|do not|doesnt accept|receive .. mail|email|messages .. host|domain|hostname|administrator",
            "malformed or unexpected name server", "no mx .. found|record|records|exists", "mx|mail exchanger .. not found", "smtp protocol .. 521", "no|not smtp service|server here"),
        new(NetworkError,
            "dns .. error|lookup|failure|problem|temporary|timeout|server .. mx|failed|nxdomain|temporary|servfail", "hop count|limit", "too many hops", "maximum .. hop|hops", "routing|mail|forwarding loop", "looping", "loop* .. back|detected|to", "loop detected", "mail .. loop*",
            "host not found try again", "temporary .. name server|service|dns|lookup", "lost|broken|dropped connection", "connection .. lost|broken|dropped|reset|aborted|closed", "network .. unreachable|error|problem|down", "no route to host", "name server .. timeout|failure|temporary|error",
            "too many received", "remote server .. dns|network", "connection reset", "unexpected eof|disconnect*", "establish .. smtp connection"),
        new(HostUnknown,
            "@host .. unknown", "unknown|unresolvable|invalid|nonexistent|bad @host", "no such host|domain", "@host name|or .. not found", "@host .. not found", "@host .. does|do|doesnt|not exist*", "@host .. doesnt|didnt|not .. exist*|resolve|found|known|valid|match", "nxdomain",
            "unroutable|unrouteable|unrouted", "not|unable|cannot|couldnt .. find .. @host|hostname", "not|unable|cannot|couldnt .. resolve", "account or domain may not exist", "no matches to nameserver query", "name server|service .. no data|not found|host not", "@host .. nonexistent|unresolvable|invalid|inexistent",
            "illegal host|domain", "address resolution .. failed", "name or domain not found", "unknown domain|mail exchanger", "no .. dns|a|aaaa .. record|records|entry|entries"),
        new(Expired, "unable|failed|not to connect", "connect|connection|delivery .. timed out|timeout|expired",
            "timed out", "timeout", "retry|delivery|time|queue .. timeout|exceeded|expired|elapsed", "@message|envelope|delivery .. expired", "giving up", "too long in|on queue", "in .. queue .. too long", "delivery .. failed .. attempts", "after multiple|several|repeated retries|attempts", "multiple retries",
            "not|couldnt|cannot|cant|unable .. connect|contact|reach .. host|server|hostname|destination|any|to|remote|smtp", "did|not accept our requests to connect", "not .. delivered|reached .. for|within|after|last .. hours|days|seconds|minutes", "not deliver for .. last",
            "unable to contact .. smtp|host|server|destination", "no answer from host", "host .. unreachable|down|not responding|reachable", "connect* .. failed|failure|unsuccessful|failing", "delayed", "still .. queue|trying|undelivered", "retry time not reached", "all relevant mx records point to non"),
        new(MailerError,
            "command|program|pipe|filter|script .. fail*|output|exit|died|status|error", "procmail|maildrop|vacation|pipe .. error|failed|couldnt|cannot|cant", "exit status", "cannot|cant|couldnt exec*|open|create", "failed to read", "mailer .. exited|error|died", "returned .. exit|signal", "x unix"),
        new(SystemError,
            "insufficient permission*", "internal .. error|failure|configuration", "local|server|system|configuration .. error|fault|problem|misconfigured|malfunction", "misconfigur*", "mail system config*", "cannot|unable|couldnt .. load", "could not load", "cannot|unable|not .. open|access|lock|write .. mailbox|mailboxes|file|database|spool", "temporary .. system|local|lookup failure|problem|error",
            "system .. not .. capable|working", "processing .. error|failed", "user lookup .. fail*", "error in processing", "unable to .. process|verify|lookup|look|relay for", "service .. temporarily|currently unavailable", "interrupted", "i o error", "loops back to myself"),
        new(Rejected,
            "@sender .. @refused", "@refused .. @sender|from", "sender|from|envelope .. address|domain .. not|invalid|doesnt|does|cannot|unknown|bad|exist*|resolve|unresolvable", "domain of sender", "sender .. verif*|verify|invalid|unknown|unauthorized|not|domain", "not|cannot|unable .. verify .. sender", "invalid|bad|unknown sender|from|mail",
            "purported responsible", "you|sender .. not .. allowed|permitted|authorized|authorised|member|subscribed .. send|post|list|group|this|to|from", "not .. member|subscriber|subscribed .. of|list|to", "not .. permission .. post|send|message", "not .. allowed|permitted|authorized|authorised to post|send|submit", "restricted .. senders|posting|group",
            "sending .. from .. address", "group you tried to contact", "not open to posting", "moderat*", "members only|can|may", "unauthorized sender", "only|must .. authenticated|internal|trusted senders", "refuse* .. accept .. mail|email|message .. from",
            "dont|not|wont .. accept|receive|want .. mail|email|messages .. from", "mail|message|messages|email from .. @refused|not|unacceptable", "all recipient addresses rejected"),
        new(NotCompliantRfc, "rfc|rfc*|standard|standards .. compliant|compliance|violat*|conform*|requires|5322|2822|822", "not .. compliant|conform*|comply .. rfc*|with", "multiple|duplicate|missing|more .. from headers|header|field", "missing .. header|headers", "header .. missing"),
        new(PolicyViolation, "illegal attachment|attachments|file", "attachment .. illegal|type|extension|not",
            "policy .. reasons|reason|reject*|violat*|restriction*|refus*|denied|block*|prevent*|prohibit*|forbid*|filter|5|guideline*", "by|of|for|violat*|due|local|against .. policy|policies", "header error", "blocked .. content|attachment|security", "not|isnt .. allowed|accepted|permitted .. policy|attachment|file|type", "denied by", "attachment .. not|blocked|prohibited|allowed|types|type", "security .. issue|policy|violation|reasons",
            "host network not allowed", "you|your .. not .. allowed|permitted .. this|send", "message|email|mail|messages .. not allowed", "restricted attachment", "prohibited", "administrat* .. prohibit*|denied|rejected|blocked|policy"),
        new(ContentError,
            "header|headers .. too large|big|long|many|invalid|malformed|bad|illegal|error|duplicate", "duplicate .. header", "mime .. error|invalid|malformed|header|headers|syntax", "invalid|bad|improper|illegal|malformed .. header|headers|mime|8 bit|8bit|character|characters|encoding|line", "8 bit|bit", "line|lines too long", "line length", "maximum .. line", "bare lf|cr|newline|linefeed",
            "@message .. malformed|format", "too many received headers", "improper use of"),
        new(SystemFull, "mail system full", "system .. disk|full", "system storage"),
        new(SyntaxError, "syntax", "command .. unrecognized|unrecognised|not|unknown|sequence|implemented|rejected", "bad|improper|wrong sequence|command", "sequence of commands", "unrecognized|unrecognised command", "protocol error", "not implemented"),
        new(Rejected, "google groups"),
        new(SecurityError, "authentication|auth .. required|failed|needed|failure|first", "not authenticated", "must .. authenticate|issue|use|starttls|tls", "starttls", "tls|ssl|certificate .. required|fail*|error|handshake|negotiation", "not authorized|authorised", "unauthorized|unauthorised", "access denied", "you|not .. permission", "credentials", "pam"),
    ];

    // Whether "user unknown" means that the mailbox does not exist, or that a filter says so, the phase tells; see Diagnosis.
    private static readonly ReasonRule Unknown = new(UserUnknown,
        "@mailbox .. @missing", "addr @missing", "@missing .. @mailbox", "@missing or illegal|invalid .. @mailbox", "tried to reach does not exist", "address rejected access denied", "unknown or illegal|invalid", "@mailbox .. not|cannot|couldnt .. found|known|exist*|recognized|recognised|listed|valid|registered|located|identified|hosted|local", "addr isnt|doesnt|does|not|was|is .. exist*|valid|known|found|listed", "@mailbox .. isnt|doesnt|arent|does|dont .. exist*|valid|known|found|listed|have|local|registered",
        "not in my validrcptto", "not in .. list .. recipient*|users", "no such .. @mailbox|person|local|one|name|addr", "no @mailbox|such|recipients|one .. here|found|known|named|with|such|by|exist*|account", "@invalid @mailbox|final|local|rcpt|to|email|e|mail|addr", "@mailbox .. @invalid", "not .. valid|known|existing|registered @mailbox", "nonexistent|nonexistant|non existent|existing|existant .. @mailbox",
        "not|cannot|couldnt|unable .. find|locate|recognize|identify .. @mailbox|person", "doesnt|dont|not|no|never have .. account|mailbox|user", "has no|not mailbox|account", "no longer .. valid|exist*|available|here|employed|active|works|used|with|accept*", "@mailbox .. no longer", "no mailbox|user|account|recipient|valid .. here|by|recipients|found|name|user|recipient",
        "not .. our customer|user|customers", "not a|in valid|known|directory|user|database|our|local .. user|mailbox|recipient|address|directory", "recipnotfound", "delivery .. to .. nonexistent",
        "bad destination|recipient", "undeliverable|undelivered address", "local .. part|user .. unknown|not", "unknown .. local|mailbox|part", "user|mailbox lookup", "recipient unknown", "dead|deleted mailbox|account|user", "mailbox|account|user .. deleted|removed|closed|ceased|left", "nosuchuser", "not a mailbox",
        "email|mail address .. inactive|found", "destinataire inconnu|invalide", "destinatario .. existe|inexistente", "no existe", "existe pas", "inactive email", "mailbox name not allowed", "unknown in");

    // Said by a system that looked into its own directory.
    private static readonly ReasonRule Directory = new(UserUnknown,
        "not listed in", "directory", "@mailbox name .. not recognized|recognised", "unknown in .. table|map|domain|list");

    // Refused because of the recipient, in words that leave open whether the mailbox is there.
    private static readonly ReasonRule Refused = new(Filtered,
        "recipient|user|their|addressee preferences|settings", "due to recipient|user", "recipient .. refus*|declin*|reject* .. mail|message|to", "user|recipient reject", "blocked by recipient|user", "@message .. filtered|filter", "filtered|filter", "user .. rejected|refused", "mailbox unavailable or access denied", "rejected by recipient|user", "challenge", "reject .. user");

    // A refusal of the address that names no cause.
    private static readonly ReasonRule Weak = new(UserUnknown,
        "@mailbox|rcpt .. rejected|refused|unavailable|disallowed|denied", "mailbox unavailable|not available|allowed", "address rejected", "mailbox|user .. not available|unavailable", "not .. deliverable", "undeliverable", "addr rejected", "unable to deliver message to addr", "does not exist", "doesnt exist", "couldnt be found", "wasnt found");

    /// <summary>The reason that the words name; <see cref="UserUnknown"/> where they say that there is no such mailbox.</summary>
    public static ReturnReason? Read(DiagnosticText text)
    {
        if (First(BeforeUnknown, text) is { } telling) return telling;
        if (Unknown.Applies(text) || Directory.Applies(text)) return UserUnknown;
        return First(AfterUnknown, text) ?? (Refused.Applies(text) ? Filtered : null);
    }

    /// <summary>A state of the mailbox that the words name, if they do.</summary>
    public static ReturnReason? OfMailbox(DiagnosticText text) => First(BeforeUnknown, text) is (MailboxFull or Suspend) and { } state ? state : null;

    public static bool SaysUnknown(DiagnosticText text) => Unknown.Applies(text) || Directory.Applies(text);

    public static bool SpeaksOfDirectory(DiagnosticText text) => Directory.Applies(text);

    public static bool RefusesAddress(DiagnosticText text) => Weak.Applies(text);

    private static ReturnReason? First(ReasonRule[] rules, DiagnosticText text)
    {
        foreach (ReasonRule rule in rules)
            if (rule.Applies(text)) return rule.Reason;
        return null;
    }
}
