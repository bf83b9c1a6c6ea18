using System.Text;
using Carillon.Channels.Http;
using Carillon.Contacts.Phone;
using Carillon.Dispatch;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Contacts;

/// <summary>Checks addresses and brings them into the one form in which they are stored and compared.</summary>
internal static class AddressBook
{
    /// <summary>The canonical form, or null with the fault.</summary>
    /// <param name="defaultRegion">Where telephone numbers without a country code are of; null when all must have one.</param>
    public static string? Normalize(Channel channel, string identifier, string? defaultRegion, string field, List<FieldFault> faults)
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
                return Telephone(trimmed, defaultRegion, field, faults);
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

    /// <summary>
    /// E.164. The number must have a length that its country's plan knows; whether the plan has given it out is not asked, for the plans in
    /// the program grow old, and test numbers are in none.
    /// </summary>
    private static string? Telephone(string text, string? defaultRegion, string field, List<FieldFault> faults)
    {
        if (PhoneNumber.Parse(text, defaultRegion) is not { } number)
        {
            faults.Add(new(field, "invalid_phone", PhoneNumber.Parse(text, "US") is null || text.Contains('+')
                ? $"'{Shorten(text)}' is not a telephone number; it looks like +525512345678."
                : $"'{Shorten(text)}' has no country code: give it as in +525512345678, or set default_region."));
            return null;
        }

        if (number.Extension is not null)
        {
            faults.Add(new(field, "invalid_phone", $"'{Shorten(text)}' has an extension, which cannot be reached; leave it out."));
            return null;
        }

        number = WithoutFormerPrefix(number);
        if (number.IsPossibleAbroad) return number.ToE164();
        faults.Add(new(field, "invalid_phone",
            $"'{Shorten(text)}' is read as {number.ToE164()}, and no number under +{number.CallingCode} has that length; give it with its country code, as in +525512345678."));
        return null;
    }

    /// <summary>Until 2019 mobiles in Mexico were called from abroad as +52 1 and the number. Who wrote them down so means the same line.</summary>
    private static PhoneNumber WithoutFormerPrefix(PhoneNumber number) =>
        number is { CallingCode: 52, NationalNumber: ['1', ..] and { Length: 11 } } ? number with { NationalNumber = number.NationalNumber[1..] } : number;

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "…");
}
