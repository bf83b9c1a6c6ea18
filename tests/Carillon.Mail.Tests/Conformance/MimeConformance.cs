using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Carillon.Mail.Tests.Conformance;

/// <summary>Writes the message of each description and lets the corpus's own checker (Python, dkimpy) judge them.</summary>
public sealed class MimeConformance
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Written_messages_say_what_their_descriptions_say_and_their_signatures_verify()
    {
        string descriptions = Corpus.Find("mime/descriptions.jsonl");
        string checker = Corpus.Find("mime/check_mime.py");
        Assert.SkipUnless(File.Exists(Python), "Python 3 is not installed.");

        DirectoryInfo folder = Directory.CreateTempSubdirectory("carillon-mime");
        try
        {
            using DkimKey key = DkimKey.Generate();
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "key.pem"), key.ExportPublicPem(), TestContext.Current.CancellationToken);
            foreach (string line in File.ReadLines(descriptions)) Produce(line, folder.FullName, key);

            using var process = Process.Start(new ProcessStartInfo(Python)
            {
                ArgumentList = { checker, descriptions, folder.FullName, "--dkim-key", Path.Combine(folder.FullName, "key.pem") },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            TestContext.Current.SendDiagnosticMessage("mime: " + output.TrimEnd().Split('\n')[^1]);
            Assert.True(process.ExitCode == 0, output + await errors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Produce(string line, string folder, DkimKey key)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        JsonElement description = json.RootElement;
        try
        {
            MailMessage message = Describe(description);
            JsonElement dkim = description.GetProperty("dkim");
            DkimSigner signer = key.CreateSigner(dkim.GetProperty("domain").GetString()!, dkim.GetProperty("selector").GetString()!);
            var output = new ArrayBufferWriter<byte>();
            MimeWriter.Write(message, output, new MimeOptions { DkimSigner = signer });
            File.WriteAllBytes(Path.Combine(folder, description.GetProperty("id").GetString() + ".eml"), output.WrittenSpan);
        }
        catch (FormatException)
        {
            // Refused: no file. The checker knows which must be.
        }
    }

    private static MailMessage Describe(JsonElement d)
    {
        var message = new MailMessage
        {
            From = Address(d.GetProperty("from")),
            To = Addresses(d, "to"),
            Cc = Addresses(d, "cc"),
            Bcc = Addresses(d, "bcc"),
            ReplyTo = Addresses(d, "replyTo"),
            Subject = d.GetProperty("subject").GetString()!,
            Date = d.GetProperty("date").GetDateTimeOffset(),
            MessageId = Text(d, "messageId"),
            InlineImages = [.. List(d, "inlineImages").Select(i => new InlineImage(
                Text(i, "cid")!, Text(i, "filename")!, Text(i, "contentType")!, i.GetProperty("contentBase64").GetBytesFromBase64()))],
            Attachments = [.. List(d, "attachments").Select(a =>
            {
                byte[] content = a.GetProperty("contentBase64").GetBytesFromBase64();
                return new MailAttachment(Text(a, "filename")!, Text(a, "contentType")!, () => new MemoryStream(content));
            })],
            Headers = d.TryGetProperty("headers", out JsonElement headers)
                ? [.. headers.EnumerateObject().Select(h => new MailHeader(h.Name, h.Value.GetString()!))]
                : [],
        };
        if (Text(d, "text") is { } text) message.SetText(text);
        if (Text(d, "html") is { } html) message.SetHtml(html);
        if (d.TryGetProperty("listUnsubscribe", out JsonElement list))
        {
            message.ListUnsubscribe = new ListUnsubscribe(
                [.. list.GetProperty("uris").EnumerateArray().Select(u => u.GetString()!)], list.GetProperty("oneClick").GetBoolean());
        }

        return message;
    }

    private static MailAddress Address(JsonElement e) => new(Text(e, "address")!, Text(e, "name"));

    private static MailAddress[] Addresses(JsonElement d, string name) => [.. List(d, name).Select(Address)];

    private static IEnumerable<JsonElement> List(JsonElement d, string name) =>
        d.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray() : [];

    private static string? Text(JsonElement d, string name) => d.TryGetProperty(name, out JsonElement e) ? e.GetString() : null;
}
