using System.Diagnostics;
using System.Text;
using Carillon.Senders;

namespace Carillon.Tests.Senders;

/// <summary>Lets dkimpy judge a mail, with the DNS that the sender's record makes.</summary>
internal static class DkimVerifier
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import sys, dkim
        mail = sys.stdin.buffer.read()
        name, record = (a.encode() for a in sys.argv[1:])
        def dns(asked, timeout=5): return record if asked.rstrip(b'.') == name else None
        sys.exit(0 if dkim.verify(mail, dnsfunc=dns) else 3)
        """;

    public static void SkipWithout() =>
        Assert.SkipUnless(File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/dkim"), "python3-dkim is not installed.");

    public static async Task<bool> VerifiesAsync(string mail, SenderDomain sender, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Script, sender.DnsName, sender.DnsValue])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(mail), cancellationToken);
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        // Python ends with 1 when the script itself fails.
        Assert.True(process.ExitCode is 0 or 3, errors);
        return process.ExitCode == 0;
    }
}
