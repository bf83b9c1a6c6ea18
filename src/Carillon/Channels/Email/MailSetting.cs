using Carillon.Channels.Http;
using Carillon.Mail;

namespace Carillon.Channels.Email;

/// <summary>Settings that mail gateways have in common.</summary>
internal static class MailSetting
{
    /// <summary>Under which a vendor is given the message's id, to return it with what it reports.</summary>
    public const string MessageVariable = "carillon_message";

    /// <summary><c>from_email</c> and <c>from_name</c>; null without, or with a fault.</summary>
    public static MailAddress? From(SettingsReader reader, bool required)
    {
        var name = reader.Text("from_name", maxLength: 200);
        if (reader.Text("from_email", required, maxLength: 254) is not { } address) return null;
        if (!MailAddress.IsValid(address))
        {
            reader.Fault("from_email", "invalid", "It must be a mail address.");
            return null;
        }

        try
        {
            var from = new MailAddress(address, name);
            MailComposer.DomainOf(from);
            return from;
        }
        catch (ArgumentException)
        {
            reader.Fault("from_email", "invalid", "Its domain has no ASCII form.");
            return null;
        }
        catch (FormatException)
        {
            reader.Fault("from_name", "invalid", "It must not have line breaks or control characters.");
            return null;
        }
    }

    /// <summary>A secret that is sent in a header.</summary>
    public static string? HeaderSecret(SettingsReader credentials, string name, int maxLength = 500)
    {
        var secret = credentials.Text(name, required: true, maxLength);
        if (secret is not null && !HttpSetting.IsHeaderValue(secret)) credentials.Fault(name, "invalid", "It is sent in a header: letters, digits and signs of ASCII only.");
        return secret;
    }

    /// <summary>A message id without its angle brackets, of 255 characters at most; null for none.</summary>
    public static string? IdOf(string? text) => text?.Trim().Trim('<', '>') is { Length: > 0 and <= 255 } id ? id : null;

    /// <summary>The address alone of <c>Name &lt;address&gt;</c>; null when it is none.</summary>
    public static string? AddressOf(string? text) => MailAddress.TryParse(text, out var address) ? address.Address : null;

    /// <summary>Of headers as they stand in a mail: the first of a name, its continuation lines joined.</summary>
    public static string? HeaderOf(string? headers, string name)
    {
        if (headers is null) return null;
        string? found = null;
        foreach (var range in headers.AsSpan().Split('\n'))
        {
            var line = headers.AsSpan()[range].TrimEnd('\r');
            if (found is not null)
            {
                if (line.Length > 0 && line[0] is ' ' or '\t') found += " " + line.Trim().ToString();
                else break;
            }
            else if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                found = line[(name.Length + 1)..].Trim().ToString();
            }
        }

        return found;
    }
}
