using System.Globalization;
using System.Text;

namespace Carillon.Mail;

/// <summary>Internationalised domain names (RFC 5890) as they go over the wire.</summary>
internal static class DomainNames
{
    private static readonly IdnMapping Mapping = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>The name in its ASCII form (<c>xn--…</c>); one that has none is given back as it was.</summary>
    public static string ToAscii(string domain)
    {
        if (Ascii.IsValid(domain)) return domain;
        try
        {
            return Mapping.GetAscii(domain);
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }

    /// <summary>The address with its domain in ASCII form; the local part stays.</summary>
    public static string AddressToAscii(string address)
    {
        if (Ascii.IsValid(address)) return address;
        int at = address.LastIndexOf('@');
        return at < 0 ? address : string.Concat(address.AsSpan(0, at + 1), ToAscii(address[(at + 1)..]));
    }

    /// <summary>No ASCII form exists: the local part is in another script, or the domain cannot be mapped.</summary>
    public static bool IsBeyondAscii(string address) => !Ascii.IsValid(address) && !Ascii.IsValid(AddressToAscii(address));
}
