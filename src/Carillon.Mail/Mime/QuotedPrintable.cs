using System.Buffers;

namespace Carillon.Mail;

/// <summary>RFC 2045 section 6.7, for text: line ends become CRLF, lines have at most 76 octets.</summary>
internal static class QuotedPrintable
{
    private const int MaxLine = 75; // and the "=" of a soft line break

    private static readonly SearchValues<byte> Safe =
        SearchValues.Create([(byte)' ', (byte)'\t', .. Enumerable.Range(33, 94).Select(b => (byte)b).Where(b => b != '=')]);

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        var target = new Target(output, text.Length);
        while (!text.IsEmpty)
        {
            int safe = text.IndexOfAnyExcept(Safe);
            if (safe < 0) safe = text.Length;
            ReadOnlySpan<byte> run = text[..safe];
            text = text[safe..];
            bool endsLine = text.IsEmpty || text[0] is (byte)'\r' or (byte)'\n';
            // White space at the end of a line would be lost on the way, so it is encoded.
            bool encodeLast = endsLine && !run.IsEmpty && run[^1] is (byte)' ' or (byte)'\t';
            target.Plain(encodeLast ? run[..^1] : run);
            if (encodeLast) target.Encoded(run[^1]);
            if (text.IsEmpty) break;
            if (endsLine)
            {
                text = text[(text is [(byte)'\r', (byte)'\n', ..] ? 2 : 1)..];
                target.LineEnd();
            }
            else
            {
                target.Encoded(text[0]);
                text = text[1..];
            }
        }

        target.Flush();
    }

    /// <summary>Writes into spans of the output with as few requests as possible.</summary>
    private ref struct Target(IBufferWriter<byte> output, int expected)
    {
        private Span<byte> _span = output.GetSpan(Math.Max(256, expected + (expected / 8)));
        private int _used;
        private int _column;

        public void Plain(ReadOnlySpan<byte> run)
        {
            while (!run.IsEmpty)
            {
                // Some relays turn "From " at the start of a line into ">From ", which breaks signatures.
                if (_column == 0 && run.StartsWith("From "u8))
                {
                    Encoded((byte)'F');
                    run = run[1..];
                }

                int room = MaxLine - _column;
                if (room == 0)
                {
                    SoftBreak();
                    continue;
                }

                int count = Math.Min(room, run.Length);
                Ensure(count);
                run[..count].CopyTo(_span[_used..]);
                _used += count;
                _column += count;
                run = run[count..];
            }
        }

        public void Encoded(byte octet)
        {
            if (_column + 3 > MaxLine) SoftBreak();
            Ensure(3);
            _span[_used] = (byte)'=';
            _span[_used + 1] = "0123456789ABCDEF"u8[octet >> 4];
            _span[_used + 2] = "0123456789ABCDEF"u8[octet & 15];
            _used += 3;
            _column += 3;
        }

        public void LineEnd()
        {
            Ensure(2);
            _span[_used++] = (byte)'\r';
            _span[_used++] = (byte)'\n';
            _column = 0;
        }

        public void Flush()
        {
            output.Advance(_used);
            _used = 0;
        }

        private void SoftBreak()
        {
            Ensure(1);
            _span[_used++] = (byte)'=';
            LineEnd();
        }

        private void Ensure(int count)
        {
            if (_span.Length - _used >= count) return;
            Flush();
            _span = output.GetSpan(Math.Max(count, 1024));
        }
    }
}
