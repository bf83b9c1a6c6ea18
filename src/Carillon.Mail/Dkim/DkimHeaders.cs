using System.Text;

namespace Carillon.Mail;

/// <summary>Which headers are signed, and their canonical forms (RFC 6376 sections 3.4.1, 3.4.2, 5.4).</summary>
internal static class DkimHeaders
{
    private static readonly HashSet<string> Signed = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Auto-Submitted", "Sender",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> SignedNames = Signed.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds the canonical form of each signed field to <paramref name="canonical"/>, and their names as h= to the signature.</summary>
    public static void Collect(ReadOnlySpan<byte> head, DkimCanonicalization form, PooledBuffer canonical, HeaderWriter names)
    {
        names.Continue("h="u8);
        bool first = true;
        Span<char> name = stackalloc char[64];
        // From the last to the first: of fields with one name, h= means the lower ones first.
        while (!head.IsEmpty)
        {
            int start = LastFieldStart(head);
            ReadOnlySpan<byte> field = head[start..];
            head = head[..start];
            int colon = field.IndexOf((byte)':');
            if (colon is < 1 or > 64) continue;
            Encoding.ASCII.GetChars(field[..colon], name);
            if (!SignedNames.Contains(name[..colon])) continue;
            Canonicalize(field[..^2], form, canonical);
            canonical.Append("\r\n"u8);
            names.Item(field[..colon], first);
            first = false;
        }

        // Named once more than they occur: one that is added later breaks the signature (section 8.15).
        names.Item("From"u8, first);
        names.Item("Subject"u8, false);
        names.Item("Date"u8, false);
    }

    /// <summary>One field, without its last CRLF.</summary>
    public static void Canonicalize(ReadOnlySpan<byte> field, DkimCanonicalization form, PooledBuffer output)
    {
        if (form == DkimCanonicalization.Simple)
        {
            output.Append(field);
            return;
        }

        int colon = field.IndexOf((byte)':');
        Span<byte> target = output.GetSpan(field.Length);
        int used = Ascii.ToLower(field[..colon].TrimEnd(" \t"u8), target, out int written) == System.Buffers.OperationStatus.Done ? written : 0;
        target[used++] = (byte)':';
        bool space = false, any = false;
        foreach (byte octet in field[(colon + 1)..])
        {
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                space = true;
                continue;
            }

            if (space && any) target[used++] = (byte)' ';
            space = false;
            any = true;
            target[used++] = octet;
        }

        output.Advance(used);
    }

    /// <summary>Where the last field begins: behind a line end that no white space follows.</summary>
    private static int LastFieldStart(ReadOnlySpan<byte> head)
    {
        int end = head.Length - 2;
        while (true)
        {
            int lineFeed = head[..Math.Max(end, 0)].LastIndexOf((byte)'\n');
            if (lineFeed < 0) return 0;
            if (head[lineFeed + 1] is not ((byte)' ' or (byte)'\t')) return lineFeed + 1;
            end = lineFeed;
        }
    }
}
