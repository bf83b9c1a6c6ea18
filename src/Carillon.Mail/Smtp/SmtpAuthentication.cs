using System.Security.Cryptography;
using System.Text;

namespace Carillon.Mail;

/// <summary>AUTH (RFC 4954) with the mechanism that was asked for, or the best on offer.</summary>
internal sealed class SmtpAuthentication(
    SmtpDialogue dialogue, SmtpOptions options, SmtpCapabilities server, CancellationToken cancellationToken)
{
    private const SmtpStage Stage = SmtpStage.Authenticate;

    public async Task RunAsync()
    {
        SmtpReply reply = await (Choose() switch
        {
            SmtpAuthMechanism.Plain => PlainAsync(),
            SmtpAuthMechanism.Login => LoginAsync(),
            SmtpAuthMechanism.CramMd5 => CramMd5Async(),
            SmtpAuthMechanism.ScramSha256 => ScramAsync(),
            _ => XOAuth2Async(),
        }).ConfigureAwait(false);
        if (reply.Code != 235) throw new SmtpBrokenException(Stage, reply.ToString(), reply);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private SmtpAuthMechanism Choose()
    {
        if (options.AuthMechanism != SmtpAuthMechanism.Auto)
        {
            RefuseClearPassword(options.AuthMechanism);
            return options.AuthMechanism;
        }

        SmtpAuthMechanism[] candidates = options.AccessToken is not null && options.Password is null
            ? [SmtpAuthMechanism.XOAuth2]
            : [SmtpAuthMechanism.ScramSha256, SmtpAuthMechanism.Plain, SmtpAuthMechanism.Login, SmtpAuthMechanism.CramMd5];
        bool withheld = false;
        foreach (SmtpAuthMechanism candidate in candidates)
        {
            if (!server.Offers(NameOf(candidate))) continue;
            if (!IsClear(candidate)) return candidate;
            withheld = true;
        }

        throw new SmtpBrokenException(Stage, withheld
            ? "the server wants the password, and the connection is not encrypted"
            : "the server offers no mechanism that can be used");
    }

    /// <summary>Whoever asks for no security at all has decided; whoever merely got none, perhaps from an attacker, has not.</summary>
    private bool IsClear(SmtpAuthMechanism mechanism) =>
        mechanism is SmtpAuthMechanism.Plain or SmtpAuthMechanism.Login or SmtpAuthMechanism.XOAuth2
        && !dialogue.Channel.IsEncrypted && options.Security != SmtpSecurity.None;

    private void RefuseClearPassword(SmtpAuthMechanism mechanism)
    {
        if (IsClear(mechanism)) throw new SmtpBrokenException(Stage, "the password is not sent over a connection that is not encrypted");
    }

    private static string NameOf(SmtpAuthMechanism mechanism) => mechanism switch
    {
        SmtpAuthMechanism.Plain => "PLAIN",
        SmtpAuthMechanism.Login => "LOGIN",
        SmtpAuthMechanism.CramMd5 => "CRAM-MD5",
        SmtpAuthMechanism.ScramSha256 => "SCRAM-SHA-256",
        _ => "XOAUTH2",
    };

    private ValueTask<SmtpReply> SayAsync(string line) => dialogue.AskAsync(line, Stage, options.Timeouts.Greeting, Shown(line));

    /// <summary>The mechanism's name, and that there is something behind it.</summary>
    private static string Shown(string line)
    {
        if (line is "" or "*") return line;
        if (!line.StartsWith("AUTH ", StringComparison.Ordinal)) return DialogueObserver.Hidden;
        int end = line.IndexOf(' ', "AUTH ".Length);
        return end < 0 ? line : line[..(end + 1)] + DialogueObserver.Hidden;
    }

    /// <summary>RFC 4616.</summary>
    private async Task<SmtpReply> PlainAsync() =>
        await SayAsync("AUTH PLAIN " + Encode($"\0{options.UserName}\0{options.Password}")).ConfigureAwait(false);

    private async Task<SmtpReply> LoginAsync()
    {
        SmtpReply reply = await SayAsync("AUTH LOGIN").ConfigureAwait(false);
        if (reply.Code == 334) reply = await SayAsync(Encode(options.UserName!)).ConfigureAwait(false);
        if (reply.Code == 334) reply = await SayAsync(Encode(options.Password!)).ConfigureAwait(false);
        return reply;
    }

    /// <summary>RFC 2195. MD5 is the mechanism's own; under TLS better ones are preferred.</summary>
    private async Task<SmtpReply> CramMd5Async()
    {
        SmtpReply reply = await SayAsync("AUTH CRAM-MD5").ConfigureAwait(false);
        if (reply.Code != 334) return reply;
#pragma warning disable CA5351 // the protocol's choice
        byte[] digest = HMACMD5.HashData(Encoding.UTF8.GetBytes(options.Password!), Challenge(reply));
#pragma warning restore CA5351
        return await SayAsync(Encode($"{options.UserName} {Convert.ToHexStringLower(digest)}")).ConfigureAwait(false);
    }

    /// <summary>RFC 5802 and 7677. The server proves that it knows the password too; one that cannot is not trusted.</summary>
    private async Task<SmtpReply> ScramAsync()
    {
        var scram = new ScramSha256(options.UserName!, options.Password!, Convert.ToBase64String(RandomNumberGenerator.GetBytes(18)));
        SmtpReply reply = await SayAsync("AUTH SCRAM-SHA-256 " + Encode(scram.First)).ConfigureAwait(false);
        if (reply.Code != 334) return reply;
        if (scram.Answer(Encoding.UTF8.GetString(Challenge(reply))) is not { } final) return await GiveUpAsync().ConfigureAwait(false);
        reply = await SayAsync(Encode(final)).ConfigureAwait(false);
        bool proven = false;
        if (reply.Code == 334)
        {
            proven = scram.Verify(Encoding.UTF8.GetString(Challenge(reply)));
            reply = proven ? await SayAsync("").ConfigureAwait(false) : await GiveUpAsync().ConfigureAwait(false);
        }
        else if (reply.Code == 235)
        {
            // The proof may come with the success (RFC 4954 section 4 does not let it, some servers do): "235 2.7.0 base64".
            string last = reply.Text.Split(' ')[^1];
            proven = IsBase64(last) && scram.Verify(Encoding.UTF8.GetString(Convert.FromBase64String(last)));
        }

        if (reply.Code == 235 && !proven) throw new SmtpBrokenException(Stage, "the server did not prove that it knows the password");
        return reply;
    }

    private async Task<SmtpReply> XOAuth2Async()
    {
        string token = await options.AccessToken!(cancellationToken).ConfigureAwait(false);
        if (token.AsSpan().ContainsAnyExceptInRange('!', '~')) throw new SmtpBrokenException(Stage, "the access token is not printable ASCII");
        SmtpReply reply = await SayAsync("AUTH XOAUTH2 " + Encode($"user={options.UserName}\u0001auth=Bearer {token}\u0001\u0001")).ConfigureAwait(false);
        // 334 carries the fault as JSON; an empty answer lets the server end with 5xx.
        return reply.Code == 334 ? await SayAsync("").ConfigureAwait(false) : reply;
    }

    private async Task<SmtpReply> GiveUpAsync()
    {
        await SayAsync("*").ConfigureAwait(false);
        throw new SmtpBrokenException(Stage, "the server's part of SCRAM is wrong");
    }

    private static bool IsBase64(string text) => text.Length > 0 && System.Buffers.Text.Base64.IsValid(text);

    private static byte[] Challenge(SmtpReply reply)
    {
        string text = reply.Text.Trim();
        if (text.Length > 0 && !IsBase64(text)) throw new SmtpBrokenException(Stage, "the server's challenge is not base64", reply);
        return Convert.FromBase64String(text);
    }
}
