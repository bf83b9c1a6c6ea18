using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Mail;

/// <summary>How much a relay may change without breaking the signature (RFC 6376 section 3.4).</summary>
public enum DkimCanonicalization
{
    /// <summary>White space may change, and header names in case. The sensible choice.</summary>
    Relaxed,

    /// <summary>Nearly nothing may change.</summary>
    Simple,
}

/// <summary>Signs messages for one domain (RFC 6376, rsa-sha256). Immutable and thread-safe; hold one per domain and selector.</summary>
/// <remarks>The list headers, Feedback-ID and Auto-Submitted are covered; a second From, Subject or Date added on the way breaks it.</remarks>
public sealed class DkimSigner
{
    private const int SignatureLine = 72;

    private readonly ConcurrentBag<RSA> _keys = [];
    private readonly RSAParameters _parameters;
    private readonly string _start;
    private readonly DkimCanonicalization _header;
    private readonly DkimCanonicalization _body;

    /// <param name="domain">The signing domain (d=), such as <c>example.com</c>; it should be that of From.</param>
    /// <param name="selector">Names the key in the DNS (s=).</param>
    /// <param name="key">RSA of 1,024 bits or more; 2,048 is usual. Copied, so the caller may dispose it.</param>
    /// <param name="header">How headers are compared.</param>
    /// <param name="body">How the body is compared.</param>
    /// <exception cref="ArgumentException">The key is too short, or domain or selector is no domain name.</exception>
    public DkimSigner(
        string domain, string selector, RSA key,
        DkimCanonicalization header = DkimCanonicalization.Relaxed, DkimCanonicalization body = DkimCanonicalization.Relaxed)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.KeySize < 1024) throw new ArgumentException("Verifiers refuse keys of less than 1,024 bits (RFC 8301).", nameof(key));
        Domain = DkimKey.CheckName(domain, nameof(domain));
        Selector = DkimKey.CheckName(selector, nameof(selector));
        _parameters = key.ExportParameters(includePrivateParameters: true);
        _header = header;
        _body = body;
        _start = string.Create(CultureInfo.InvariantCulture,
            $" v=1; a=rsa-sha256; c={Name(header)}/{Name(body)};\r\n d={Domain}; s={Selector}; t=");
    }

    public string Domain { get; }

    public string Selector { get; }

    /// <summary>Writes the whole DKIM-Signature field for these headers (each with its CRLF, without the empty line) and this body.</summary>
    internal void WriteSignature(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, IBufferWriter<byte> output, DateTimeOffset now)
    {
        using var field = new PooledBuffer();
        field.Append("DKIM-Signature:"u8);
        field.AppendUtf8(_start);
        field.Append(now.ToUnixTimeSeconds());
        field.Append(";"u8);

        using var signed = new PooledBuffer();
        var names = new HeaderWriter(field, utf8: false);
        DkimHeaders.Collect(head, _header, signed, names);

        field.Append(";\r\n bh="u8);
        AppendBodyHash(body, field);
        field.Append(";\r\n b="u8);
        DkimHeaders.Canonicalize(field.Written.Span, _header, signed);
        AppendSignature(signed.Written.Span, field);
        field.Append("\r\n"u8);
        output.Write(field.Written.Span);
    }

    private static string Name(DkimCanonicalization form) => form == DkimCanonicalization.Relaxed ? "relaxed" : "simple";

    private void AppendBodyHash(ReadOnlySpan<byte> body, PooledBuffer field)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        DkimBody.Hash(body, _body, hash);
        Base64.EncodeToUtf8(hash, field.GetSpan(44), out _, out int written);
        field.Advance(written);
    }

    private void AppendSignature(ReadOnlySpan<byte> signed, PooledBuffer field)
    {
        // RSA objects may not be used by two threads at once.
        if (!_keys.TryTake(out RSA? key)) key = RSA.Create(_parameters);
        Span<byte> signature = stackalloc byte[2048];
        int length = key.SignData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _keys.Add(key);

        Span<byte> text = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(length)];
        Base64.EncodeToUtf8(signature[..length], text, out _, out int written);
        for (int at = 0; at < written; at += SignatureLine)
        {
            if (at > 0) field.Append("\r\n "u8);
            field.Append(text[at..Math.Min(written, at + SignatureLine)]);
        }
    }
}
