namespace Carillon.Mail;

/// <summary>Content as DATA wants it, dot-stuffed and with the dot at its end (RFC 5321 section 4.5.2), or as BDAT does (RFC 3030).</summary>
internal sealed class ContentSender(SmtpDialogue dialogue, SmtpTimeouts timeouts, bool chunking)
{
    /// <summary>Up to here content is copied into one write with what follows it; larger goes piece by piece from where it lies.</summary>
    public const int Small = 48 * 1024;

    private const int Piece = 256 * 1024;

    /// <summary>Sends all but the end of large content. Gives how much that was; some is always left.</summary>
    public async ValueTask<int> SendStartAsync(SmtpJob job)
    {
        ReadOnlyMemory<byte> content = job.Content;
        int offset = 0;
        if (chunking)
        {
            AppendChunkHead(job);
            await dialogue.FlushAsync(timeouts.Block).ConfigureAwait(false);
        }

        while (content.Length - offset > Small)
        {
            ReadOnlyMemory<byte> piece = content.Slice(offset, Math.Min(Piece, content.Length - offset - 1));
            if (!chunking && job.Facts.HasLeadingDot)
            {
                AppendStuffed(job, offset, piece.Length);
                await dialogue.FlushAsync(timeouts.Block).ConfigureAwait(false);
            }
            else
            {
                dialogue.SetDeadline(timeouts.Block);
                await dialogue.Channel.SendAsync(piece).ConfigureAwait(false);
            }

            offset += piece.Length;
        }

        return offset;
    }

    /// <summary>Adds what is left, and what ends it, to the next write.</summary>
    public void AppendEnd(SmtpJob job, int offset)
    {
        PooledBuffer buffer = dialogue.Out;
        ReadOnlySpan<byte> content = job.Content.Span;
        if (chunking)
        {
            if (offset == 0) AppendChunkHead(job);
            buffer.Append(content[offset..]);
            return;
        }

        if (job.Facts.HasLeadingDot) AppendStuffed(job, offset, content.Length - offset);
        else buffer.Append(content[offset..]);
        buffer.Append(job.Facts.EndsLine || content.IsEmpty ? ".\r\n"u8 : "\r\n.\r\n"u8);
    }

    private void AppendChunkHead(SmtpJob job)
    {
        dialogue.Out.Append("BDAT "u8);
        dialogue.Out.Append(job.Content.Length);
        dialogue.Out.Append(" LAST\r\n"u8);
    }

    /// <summary>A dot at the start of a line is doubled; the line may have ended in the piece before.</summary>
    private void AppendStuffed(SmtpJob job, int offset, int length)
    {
        PooledBuffer buffer = dialogue.Out;
        ReadOnlySpan<byte> content = job.Content.Span, piece = content.Slice(offset, length);
        if (piece.StartsWith("."u8) && (offset == 0 || content[offset - 1] == '\n')) buffer.Append("."u8);
        for (int dot = piece.IndexOf("\n."u8); dot >= 0; dot = piece.IndexOf("\n."u8))
        {
            buffer.Append(piece[..(dot + 2)]);
            buffer.Append("."u8);
            piece = piece[(dot + 2)..];
        }

        buffer.Append(piece);
    }
}
