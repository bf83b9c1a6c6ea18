using System.Net;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Mail;

namespace Carillon.Tests.Channels.Email;

public sealed class SmtpSettingsTests
{
    private const string Login = """{"username":"ana@example.com","password":"hunter2"}""";

    [Fact]
    public void Defaults_are_as_documented()
    {
        var options = Read("""{"host":"mail.example.com","from_email":"a@example.com"}""").Options!;
        Assert.Equal(("mail.example.com", null, SmtpSecurity.StartTls), (options.Host, options.Port, options.Security));
        Assert.Equal((16, 1000), (options.MaxConnections, options.MaxMessagesPerConnection));
        Assert.Equal(TimeSpan.FromSeconds(30), options.Timeouts.Connect);
        Assert.Equal(TimeSpan.FromSeconds(120), options.Timeouts.Greeting);
        Assert.Equal(TimeSpan.FromSeconds(600), options.Timeouts.Final);
        Assert.Null(options.CertificateValidation);
    }

    [Theory]
    [InlineData("gmail", null, "smtp.gmail.com", SmtpSecurity.StartTls)]
    [InlineData("gmail", 465, "smtp.gmail.com", SmtpSecurity.Tls)]
    [InlineData("outlook", null, "smtp-mail.outlook.com", SmtpSecurity.StartTls)]
    [InlineData("yahoo", null, "smtp.mail.yahoo.com", SmtpSecurity.StartTls)]
    public void A_preset_knows_its_server(string preset, int? port, string host, SmtpSecurity security)
    {
        var options = Read($$"""{"preset":"{{preset}}","port":{{port?.ToString() ?? "null"}},"from_email":"a@example.com"}""", Login).Options!;
        Assert.Equal((host, security, port), (options.Host, options.Security, options.Port));
        Assert.Equal(("ana@example.com", "hunter2"), (options.UserName, options.Password));
    }

    [Theory]
    [InlineData("""{"from_email":"a@example.com"}""", "settings.host", "required")]
    [InlineData("""{"host":"mail.example.com:25","from_email":"a@example.com"}""", "settings.host", "invalid")]
    [InlineData("""{"host":"mail example","from_email":"a@example.com"}""", "settings.host", "invalid")]
    [InlineData("""{"host":"m","from_email":"nobody"}""", "settings.from_email", "invalid")]
    [InlineData("""{"host":"m","from_email":"a@example.com","from_name":"A\r\nBcc: x@example.com"}""", "settings.from_name", "invalid")]
    [InlineData("""{"host":"m","from_email":"a@\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fcabcdefghijklmnopqrstuvwxyz0123456789abcdefgh.example"}""", "settings.from_email", "invalid")]
    [InlineData("""{"host":"m"}""", "settings.from_email", "required")]
    [InlineData("""{"host":"m","from_email":"a@example.com","client_name":"a b"}""", "settings.client_name", "invalid")]
    [InlineData("""{"host":"m","from_email":"a@example.com","security":"ssl"}""", "settings.security", "invalid")]
    [InlineData("""{"host":"m","from_email":"a@example.com","use_tls":true}""", "settings.use_tls", "unknown_field")]
    [InlineData("""{"host":"m","from_email":"a@example.com","smtp_host":"m"}""", "settings.smtp_host", "unknown_field")]
    [InlineData("""{"preset":"hotmail","host":"m","from_email":"a@example.com"}""", "settings.preset", "invalid")]
    public void A_fault_is_told_by_its_field(string settings, string field, string code)
    {
        var fault = Assert.Single(SmtpGateway.Kind.Check(Sample.Settings(settings)));
        Assert.Equal((field, code), (fault.Field, fault.Code));
    }

    [Theory]
    [InlineData("""{"username":"ana"}""", "credentials.password", "required")]
    [InlineData("""{"password":"hunter2"}""", "credentials.username", "required")]
    [InlineData("""{"username":"ana","password":5}""", "credentials.password", "invalid")]
    public void A_login_has_both_parts(string credentials, string field, string code)
    {
        var fault = Assert.Single(SmtpGateway.Kind.Check(Sample.Settings("""{"host":"m","from_email":"a@example.com"}""", credentials)));
        Assert.Equal((field, code), (fault.Field, fault.Code));
    }

    [Fact]
    public void A_preset_needs_a_login_and_no_host()
    {
        var faults = SmtpGateway.Kind.Check(Sample.Settings("""{"preset":"gmail","host":"smtp.gmail.com","from_email":"a@example.com"}"""));
        Assert.Equal(
            [("settings.host", "conflict"), ("credentials.username", "required"), ("credentials.password", "required")],
            faults.Select(f => (f.Field, f.Code)));
    }

    [Fact]
    public void Equal_settings_make_equal_options_and_the_sender_does_not_count()
    {
        Func<IPAddress, bool> allow = _ => true;
        Assert.Equal(
            Read("""{"host":"m","from_email":"a@example.com","allow_invalid_certificate":true}""", Login, allow).Options,
            Read("""{"host":"m","from_email":"b@example.com","from_name":"B","allow_invalid_certificate":true}""", Login, allow).Options);
        Assert.NotEqual(
            Read("""{"host":"m","from_email":"a@example.com"}""", Login).Options,
            Read("""{"host":"m","from_email":"a@example.com"}""", """{"username":"ana@example.com","password":"hunter3"}""").Options);
    }

    private static SmtpSettings Read(string settings, string? credentials = null, Func<IPAddress, bool>? allow = null)
    {
        var faults = new List<SettingsFault>();
        var read = SmtpSettings.Read(Sample.Settings(settings, credentials), faults, allow);
        Assert.Empty(faults);
        return read;
    }
}
