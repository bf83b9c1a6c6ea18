using System.Buffers;
using System.Text;

namespace Carillon.Mail;

/// <summary>Address lists as headers (RFC 5322 section 3.4): the name as atoms, quoted, or as encoded words, then the address.</summary>
internal static class AddressHeader
{
    private static readonly SearchValues<char> AtomsAndSpace =
        SearchValues.Create(" !#$%&'*+-/=?^_`{|}~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    public static void Write(HeaderWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<MailAddress> addresses)
    {
        if (addresses.Count == 0) return;
        writer.Begin(name);
        for (int i = 0; i < addresses.Count; i++)
        {
            if (i > 0) writer.Glue(","u8);
            WriteOne(writer, addresses[i]);
        }

        writer.End();
    }

    public static void Write(HeaderWriter writer, ReadOnlySpan<byte> name, MailAddress address)
    {
        writer.Begin(name);
        WriteOne(writer, address);
        writer.End();
    }

    private static void WriteOne(HeaderWriter writer, MailAddress address)
    {
        string plain = address.Address;
        if (!writer.AllowsUtf8 && !Ascii.IsValid(plain))
        {
            plain = DomainNames.AddressToAscii(plain);
            if (!Ascii.IsValid(plain)) throw new FormatException("The address needs UTF-8 headers, which are not allowed here.");
        }

        if (address.DisplayName is not { } display)
        {
            writer.Token(plain);
            return;
        }

        WriteName(writer, display);
        Span<char> bracketed = stackalloc char[plain.Length + 2];
        bracketed[0] = '<';
        plain.CopyTo(bracketed[1..]);
        bracketed[^1] = '>';
        writer.Token(bracketed);
    }

    private static void WriteName(HeaderWriter writer, string name)
    {
        if (!HeaderWriter.IsPlain(name, writer.AllowsUtf8) || HasLongWord(name))
        {
            EncodedWords.Write(writer, name, phrase: true);
        }
        else if (!name.AsSpan().ContainsAnyExcept(AtomsAndSpace) || (writer.AllowsUtf8 && IsUtf8Phrase(name)))
        {
            writer.Words(name);
        }
        else
        {
            var quoted = new StringBuilder(name.Length + 8).Append('"');
            foreach (char c in name)
            {
                if (c is '"' or '\\') quoted.Append('\\');
                quoted.Append(c);
            }

            writer.Words(quoted.Append('"').ToString());
        }
    }

    private static bool IsUtf8Phrase(string name)
    {
        foreach (char c in name)
        {
            if (c < 128 && !AtomsAndSpace.Contains(c)) return false;
        }

        return true;
    }

    private static bool HasLongWord(string name)
    {
        if (name.Length <= 60) return false;
        foreach (Range range in name.AsSpan().Split(' '))
        {
            if (name.AsSpan()[range].Length > 60) return true;
        }

        return false;
    }
}
