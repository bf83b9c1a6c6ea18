using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Carillon.Mail.Tests.Smtp;

namespace Carillon.Mail.Tests.RealServers;

/// <summary>A Postfix of its own with TLS, whose passwords Dovecot checks. Only who authenticates may relay.</summary>
public sealed class PostfixServer : IAsyncLifetime
{
    private const string MasterServices = """
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        virtual unix - n n - - virtual
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd
        """;

    private DirectoryInfo? _folder;
    private Process? _postfix;
    private Process? _dovecot;

    public string? WhyAbsent { get; private set; }

    public int Port { get; } = Programs.FreePort();

    public int TlsPort { get; } = Programs.FreePort();

    public X509Certificate2 Certificate { get; } = TestCertificates.For("mail.example");

    public string Folder => _folder!.FullName;

    /// <summary>Where the mail to whole@example.org arrives; all other is discarded.</summary>
    public string Mailbox => Path.Combine(Folder, "mail", "whole", "new");

    public async ValueTask InitializeAsync()
    {
        WhyAbsent = !File.Exists("/usr/sbin/postfix") || !File.Exists("/usr/sbin/dovecot") ? "Postfix or Dovecot is not installed."
            : !Environment.IsPrivilegedProcess ? "Postfix and Dovecot start only as root."
            : null;
        if (WhyAbsent is not null) return;
        _folder = Directory.CreateTempSubdirectory("cm-");
        await RunAsync("/bin/chmod", "755", Folder);
        await WriteFilesAsync();
        _dovecot = Programs.Start("/usr/sbin/dovecot", "-F", "-c", Path.Combine(Folder, "dovecot.conf"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Programs.FirstFileAsync(Path.Combine(Folder, "sasl"), patience.Token);
        _postfix = Programs.Start("/usr/sbin/postfix", "-c", Folder, "start-fg");
        try
        {
            await Programs.WaitForGreetingAsync(Port, _postfix, patience.Token);
        }
        catch (OperationCanceledException e)
        {
            string log = await File.ReadAllTextAsync(Path.Combine(Folder, "mail.log"), CancellationToken.None);
            await DisposeAsync();
            throw new InvalidOperationException("Postfix does not answer: " + log, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is null) return;
        await RunAsync("/usr/sbin/postfix", "-c", Folder, "stop");
        await _postfix!.WaitForExitAsync();
        await RunAsync("/usr/sbin/dovecot", "-c", Path.Combine(Folder, "dovecot.conf"), "stop");
        await _dovecot!.WaitForExitAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Programs.Start(program, arguments);
        await process.WaitForExitAsync();
    }

    private async Task WriteFilesAsync()
    {
        foreach (string name in new[] { "queue", "data", "mail", "dovecot", "sasl", "mail/whole/new", "mail/whole/cur", "mail/whole/tmp" }) _folder!.CreateSubdirectory(name);
        await RunAsync("/bin/chown", "postfix", Path.Combine(Folder, "data"));
        await RunAsync("/bin/chmod", "-R", "777", Path.Combine(Folder, "mail"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "tls.pem"),
            Certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n" + Certificate.ExportCertificatePem() + "\n");
        await RunAsync("/bin/chmod", "600", Path.Combine(Folder, "tls.pem"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "users"), "tim:{PLAIN}tanstaaftanstaaf\n");
        await File.WriteAllTextAsync(Path.Combine(Folder, "master.cf"), $"""
            127.0.0.1:{Port} inet n - n - - smtpd
            127.0.0.1:{TlsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
            {MasterServices}

            """);
        await File.WriteAllTextAsync(Path.Combine(Folder, "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {Folder}/queue
            data_directory = {Folder}/data
            daemon_directory = /usr/lib/postfix/sbin
            command_directory = /usr/sbin
            mail_owner = postfix
            setgid_group = postdrop
            maillog_file_prefixes = {Folder}
            maillog_file = {Folder}/mail.log
            myhostname = mail.example
            mydestination =
            inet_interfaces = 127.0.0.1
            mynetworks =
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            smtpd_recipient_restrictions = check_recipient_access inline:{"{"} nobody@example.org=REJECT, later@example.org=DEFER {"}"}, permit_sasl_authenticated, reject
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = {Folder}/sasl/auth
            smtpd_sasl_security_options = noanonymous
            smtpd_tls_security_level = may
            smtpd_tls_chain_files = {Folder}/tls.pem
            smtputf8_enable = yes
            virtual_mailbox_domains = example.org
            virtual_mailbox_base = {Folder}/mail
            virtual_mailbox_maps = inline:{"{"} whole@example.org=whole/ {"}"}
            transport_maps = inline:{"{"} whole@example.org=virtual: {"}"}
            virtual_transport = discard:
            smtpd_reject_unlisted_recipient = no
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            virtual_minimum_uid = 100

            """);
        await File.WriteAllTextAsync(Path.Combine(Folder, "dovecot.conf"), $$"""
            base_dir = {{Folder}}/dovecot
            state_dir = {{Folder}}/dovecot
            log_path = {{Folder}}/dovecot.log
            protocols =
            ssl = no
            disable_plaintext_auth = no
            auth_mechanisms = plain login cram-md5 scram-sha-256
            passdb {
              driver = passwd-file
              args = {{Folder}}/users
            }
            auth_failure_delay = 0
            service anvil {
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service auth {
              unix_listener {{Folder}}/sasl/auth {
                mode = 0666
              }
            }

            """);
    }
}
