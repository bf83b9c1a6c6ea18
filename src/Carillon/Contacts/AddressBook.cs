using System.Text;
using Carillon.Channels.Http;
using Carillon.Dispatch;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Contacts;

/// <summary>Checks addresses and brings them into the one form in which they are stored and compared.</summary>
internal static class AddressBook
{
    /// <summary>The canonical form, or null with the fault.</summary>
    public static string? Normalize(Channel channel, string identifier, string field, List<FieldFault> faults)
    {
        var trimmed = identifier.Trim();
        if (trimmed.Length == 0)
        {
            faults.Add(new(field, "required", "Give an address, or leave the field out."));
            return null;
        }

        if (trimmed.Length > 1000)
        {
            faults.Add(new(field, "too_long", "An address has at most 1,000 characters."));
            return null;
        }

        switch (channel)
        {
            case Channel.Email:
                if (MailAddress.IsValid(trimmed)) return trimmed;
                faults.Add(new(field, "invalid_email", $"'{Shorten(trimmed)}' is not a mail address; it looks like name@example.net."));
                return null;
            case Channel.Sms or Channel.Voice or Channel.WhatsApp:
                if (Telephone(trimmed) is { } number) return number;
                faults.Add(new(field, "invalid_phone", $"'{Shorten(trimmed)}' is not a telephone number; give it with its country code, as in +5215512345678."));
                return null;
            case Channel.Webhook:
                if (HttpSetting.FaultOf(trimmed, out _) is not { } fault) return trimmed;
                faults.Add(new(field, "invalid_url", fault));
                return null;
            default:
                foreach (var c in trimmed)
                {
                    if (!char.IsControl(c)) continue;
                    faults.Add(new(field, "invalid", "An address holds no control characters."));
                    return null;
                }

                return trimmed;
        }
    }

    /// <summary>Is this a mail address, with or without a name: <c>a@b.example</c>, <c>Name &lt;a@b.example&gt;</c>?</summary>
    public static bool IsMailbox(string text) => MailAddress.TryParse(text, out _);

    /// <summary>E.164 without its punctuation: a plus, a first digit that is not 0, 7 to 15 digits in all.</summary>
    private static string? Telephone(string text)
    {
        var digits = new StringBuilder(16).Append('+');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c)) digits.Append(c);
            else if (!(c == '+' && i == 0) && c is not (' ' or '-' or '.' or '(' or ')' or '/')) return null;
        }

        return text[0] == '+' && digits.Length is >= 8 and <= 16 && digits[1] != '0' ? digits.ToString() : null;
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "…");
}
