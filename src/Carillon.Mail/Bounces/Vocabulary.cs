namespace Carillon.Mail.Bounces;

/// <summary>Sets of words that mail systems use for the same thing; rules name them as <c>@set</c>.</summary>
internal static class Vocabulary
{
    private static readonly Dictionary<string, string[]> Sets = new(StringComparer.Ordinal)
    {
        ["@mailbox"] =
        [
            "user", "users", "username", "userid", "recipient", "recipients", "mailbox", "mailboxes", "address", "addresses", "addressee",
            "account", "accounts", "alias", "person", "maildrop", "inbox", "customer", "subscriber", "uid", "destinatario", "utilisateur",
            "destinataire", "empfaenger", "empfänger", "usuario",
        ],
        ["@missing"] = ["unknown", "nonexistent", "nonexistant", "unregistered", "inexistent", "inexistant", "inconnu", "desconocido", "unbekannt"],
        ["@invalid"] = ["invalid", "illegal", "bad", "incorrect", "invalide", "wrong", "malformed"],
        ["@isnot"] = ["not", "isnt", "arent", "wasnt", "cannot", "cant", "couldnt", "doesnt", "dont", "no"],
        ["@host"] = ["host", "domain", "hosts", "domains", "hostname", "server", "site"],
        ["@client"] = ["client", "ip", "ips", "ipaddr", "host", "connection", "connections", "network", "server", "hostname", "mta", "helo", "ehlo"],
        ["@refused"] =
        [
            "rejected", "refused", "blocked", "denied", "banned", "blacklisted", "blocklisted", "listed", "prohibited", "blacklist",
            "blocklist",
            "disallowed", "bloquee", "bloqued", "forbidden", "blackholed",
        ],
        ["@sender"] = ["sender", "senders", "from", "originator", "envelope"],
        ["@list"] =
        [
            "rbl", "dnsbl", "dnsrbl", "rbls", "blacklist", "blacklists", "blocklist", "blocklists", "spamhaus",
            "spamcop", "sorbs", "sbl", "xbl", "pbl", "cbl", "barracudacentral",
        ],
        ["@message"] = ["message", "messages", "mail", "mails", "email", "emails", "content", "contents", "letter"],
    };

    public static IEnumerable<string> Expand(string word) => word[0] == '@' ? Sets[word] : [word];
}
