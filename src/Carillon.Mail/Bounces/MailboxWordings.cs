using static Carillon.Mail.Bounces.ReturnReason;

namespace Carillon.Mail.Bounces;

/// <summary>Wordings about the recipient. What they mean depends on who says them and when; see <see cref="Diagnosis"/>.</summary>
internal static class MailboxWordings
{
    /// <summary>There is no such mailbox.</summary>
    public static readonly ReasonRule Unknown = new(UserUnknown,
        "@mailbox .. @missing", "addr @missing", "@missing .. @mailbox", "@missing or illegal|invalid .. @mailbox",
        "tried to reach does not exist", "address rejected access denied", "unknown or illegal|invalid",

        "@mailbox .. not|cannot|couldnt .. found|known|exist*|recognized|recognised|listed|valid|registered|located|identified|hosted|local",
        "addr isnt|doesnt|does|not|was|is .. exist*|valid|known|found|listed",
        "@mailbox .. isnt|doesnt|arent|does|dont .. exist*|valid|known|found|listed|have|local|registered", "not in my validrcptto",
        "not in .. list .. recipient*|users", "no such .. @mailbox|person|local|one|name|addr",
        "no @mailbox|such|recipients|one .. here|found|known|named|with|such|by|exist*|account",
        "@invalid @mailbox|final|local|rcpt|to|email|e|mail|addr", "@mailbox .. @invalid",
        "not .. valid|known|existing|registered @mailbox", "nonexistent|nonexistant|non existent|existing|existant .. @mailbox",
        "not|cannot|couldnt|unable .. find|locate|recognize|identify .. @mailbox|person",
        "doesnt|dont|not|no|never have .. account|mailbox|user", "has no|not mailbox|account",
        "no longer .. valid|exist*|available|here|employed|active|works|used|with|accept*", "@mailbox .. no longer",
        "no mailbox|user|account|recipient|valid .. here|by|recipients|found|name|user|recipient", "not .. our customer|user|customers",
        "not a|in valid|known|directory|user|database|our|local .. user|mailbox|recipient|address|directory", "recipnotfound",
        "delivery .. to .. nonexistent", "bad destination|recipient", "undeliverable|undelivered address",
        "local .. part|user .. unknown|not", "unknown .. local|mailbox|part", "user|mailbox lookup", "recipient unknown",
        "dead|deleted mailbox|account|user", "mailbox|account|user .. deleted|removed|closed|ceased|left", "nosuchuser", "not a mailbox",
        "email|mail address .. inactive|found", "destinataire inconnu|invalide", "destinatario .. existe|inexistente", "no existe",
        "existe pas", "inactive email", "@mailbox .. not on file|system|server", "mailbox name not allowed", "unknown in");

    /// <summary>The same, by a system that looked into its own directory.</summary>
    public static readonly ReasonRule Directory = new(UserUnknown,
        "not listed in", "directory", "invalid user address", "@mailbox name .. not recognized|recognised");

    /// <summary>Refused because of the recipient, in words that leave open whether the mailbox is there.</summary>
    public static readonly ReasonRule Refused = new(Filtered,
        "recipient|user|their|addressee preferences|settings", "due to recipient|user",
        "recipient .. refus*|declin*|reject* .. mail|message|to", "user|recipient reject", "blocked by recipient|user",
        "@message .. filtered|filter", "filtered|filter", "user .. rejected|refused", "mailbox unavailable or access denied",
        "rejected by recipient|user", "challenge", "reject .. user");

    /// <summary>A refusal of the address that names no cause.</summary>
    public static readonly ReasonRule Weak = new(UserUnknown,
        "@mailbox|rcpt .. rejected|refused|unavailable|disallowed|denied", "mailbox unavailable|not available|allowed",
        "address rejected", "mailbox|user .. not available|unavailable", "not .. deliverable", "undeliverable", "addr rejected",
        "unable to deliver message to addr", "does not exist", "doesnt exist", "couldnt be found", "wasnt found");
}
