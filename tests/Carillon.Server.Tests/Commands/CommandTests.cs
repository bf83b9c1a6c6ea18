using Carillon.Alerts;
using Carillon.Server.Commands;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Commands;

public sealed class CommandTests : IAsyncLifetime
{
    private CommandLineHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await CommandLineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<CommandResult> DoneAsync(params string[] arguments)
    {
        var result = await _host.RunAsync(arguments);
        Assert.True(result.Code == ExitCode.Done, $"{string.Join(' ', arguments)} ended with {result.Code}:\n{result.Output}\n{result.Errors}");
        return result;
    }

    private async Task<string> SendAsync(params string[] more)
    {
        var sent = await DoneAsync(["send", "--to", "ana@example.net", "-s", "Hello", "-m", "It rings.", "--json", .. more]);
        return sent.Lines[0].GetProperty("messages")[0].GetProperty("id").GetString()!;
    }

    [Fact]
    public async Task A_message_is_sent_and_its_story_told()
    {
        var id = await SendAsync("--wait");

        var shown = await DoneAsync("messages", "show", id);
        var content = await DoneAsync("messages", "content", id);

        Assert.StartsWith("email to ana@example.net: sent", shown.Output, StringComparison.Ordinal);
        Assert.Contains("the built-in simulator was to send it.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Attempt 1 by the built-in simulator", shown.Output, StringComparison.Ordinal);
        Assert.Equal("Subject: Hello\n\nIt rings.\n", content.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_table_is_for_people_and_json_for_programs()
    {
        var id = await SendAsync("--wait");

        var table = await DoneAsync("messages", "list");
        var json = await DoneAsync("messages", "list", "--json");

        Assert.Contains("address", table.Output, StringComparison.Ordinal);
        Assert.Contains(id, table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", table.Output, StringComparison.Ordinal);
        Assert.Equal((id, "sent"), (json.Lines[0].GetProperty("id").GetString(), json.Lines[0].GetProperty("status").GetString()));
    }

    [Fact]
    public async Task The_days_of_a_provider_are_a_table()
    {
        var draft = _host.Write("provider.json", """{"name":"sim","channel":"email","kind":"simulator"}""");
        var id = (await DoneAsync("providers", "create", draft, "--json")).Lines[0].GetProperty("id").GetString()!;
        await SendAsync("--wait");

        var table = await DoneAsync("providers", "days", id);
        var json = await DoneAsync("providers", "days", id, "--from", "2026-02-28", "--to", "2026-03-01", "--json");
        var bad = await _host.RunAsync("providers", "days", id, "--from", "yesterday");

        Assert.Contains("day (UTC)", table.Output, StringComparison.Ordinal);
        Assert.Equal(9, table.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(2, json.Lines[0].GetProperty("days").GetArrayLength());
        Assert.Equal(ExitCode.WrongUse, bad.Code);
        Assert.Contains("--from must be a day such as 2026-11-20.", bad.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counters_are_rebuilt_by_an_administrator_of_the_installation()
    {
        await SendAsync("--wait");
        var refused = await _host.RunAsync("counters", "rebuild");
        await _host.BecomeAdministratorAsync();

        var told = await DoneAsync("counters", "rebuild");
        var json = await DoneAsync("counters", "rebuild", "--json");

        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.StartsWith("1 messages read, 0 quarter hours up to ", told.Output, StringComparison.Ordinal);
        Assert.Equal(("done", 1, 0), (json.Lines[0].GetProperty("status").GetString(), json.Lines[0].GetProperty("messages_read").GetInt32(), json.Lines[0].GetProperty("counters_changed").GetInt32()));
    }

    [Fact]
    public async Task A_list_ends_where_it_is_told_to_or_at_the_end()
    {
        for (var i = 0; i < 3; i++) await SendAsync();

        Assert.Equal(2, (await DoneAsync("messages", "list", "-n", "2", "--json")).Lines.Count);
        Assert.Equal(3, (await DoneAsync("messages", "list", "-n", "0", "--json")).Lines.Count);
        Assert.Empty((await DoneAsync("messages", "list", "--channel", "sms", "--json")).Lines);
        Assert.Equal(3, (await DoneAsync("messages", "list", "--since", "-1h", "--json")).Lines.Count);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_field_by_field()
    {
        var result = await _host.RunAsync("send", "--to", "ana@example.net", "-m", "x", "--channel", "pigeon");

        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.Contains("  channel: This must be one of: email, sms", result.Errors, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_program_gets_the_problem_as_json()
    {
        var result = await _host.RunAsync("send", "--to", "ana@example.net", "-m", "x", "--channel", "pigeon", "--json");

        Assert.Equal("/problems/invalid_request", System.Text.Json.JsonElement.Parse(result.Errors).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("There is no command sned; did you mean send?", "sned")]
    [InlineData("There is no command shwo; did you mean show?", "messages", "shwo")]
    [InlineData("Say whom to reach", "send", "-m", "Hi")]
    [InlineData("give an e-mail address, or a telephone number", "send", "--to", "nonsense", "-m", "Hi")]
    [InlineData("give a time with its offset", "send", "--to", "a@example.net", "-m", "Hi", "--at", "2026-03-14T14:00:00")]
    [InlineData("write name=value", "send", "--to", "a@example.net", "-t", "welcome", "--var", "name")]
    [InlineData("an id begins with", "status", "nonsense")]
    [InlineData("it must begin with http:// or https://", "queue", "--url", "localhost:8018")]
    [InlineData("no-such-file", "batch", "no-such-file.csv")]
    public async Task What_is_typed_wrong_is_told_with_the_remedy(string expected, params string[] arguments)
    {
        var result = await _host.RunAsync(arguments);

        Assert.Equal((ExitCode.WrongUse, ""), (result.Code, result.Output));
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_the_remedy()
    {
        var result = await _host.RunAsync("keys", "create", "test", "--scope", "admin", "--url", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Unreachable, result.Code);
        Assert.Contains("carillon serve starts one", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_it_says_where_one_comes_from()
    {
        _host.Environment.Remove(Connection.KeyVariable);

        var result = await _host.RunAsync("queue");

        Assert.Equal(ExitCode.WrongUse, result.Code);
        Assert.Contains("carillon login", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_told_with_the_remedy()
    {
        var result = await _host.RunAsync("queue", "--key", "ck_wrong");

        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.Contains("carillon login", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_is_kept_for_the_user_alone()
    {
        await DoneAsync("login");
        _host.Environment.Clear();

        await DoneAsync("queue");

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.ConfigurationFile));
    }

    [Fact]
    public async Task What_is_scheduled_waits_in_the_queue_and_is_cancelled()
    {
        var sent = (await DoneAsync("send", "--to", "ana@example.net", "-m", "Hi", "--at", "+2h", "--json")).Lines[0];
        Assert.Contains("1 message waits.", (await DoneAsync("queue")).Output, StringComparison.Ordinal);

        var cancelled = await DoneAsync("cancel", sent.GetProperty("id").GetString()!);

        Assert.Contains("cancelled", cancelled.Output, StringComparison.Ordinal);
        Assert.Contains("0 messages wait.", (await DoneAsync("queue")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_are_listed_and_told_with_what_to_do()
    {
        var now = _host.Engine.Time.GetUtcNow();
        var alert = new Alert
        {
            Tenant = ApiHost.Tenant,
            Id = _host.Engine.Ids.Next(),
            Kind = AlertKind.Circuit,
            Severity = AlertSeverity.Critical,
            Key = "circuit/prv_x",
            Facts = new AlertFacts { Summary = "relay has failed 5 times in a row", Detail = "It rests.", Remedy = "Look at its last errors." },
            RaisedAt = now,
            SeenAt = now,
        };
        await _host.Engine.Storage.Alerts.RaiseAsync(alert, TestContext.Current.CancellationToken);

        Assert.Contains("relay has failed 5 times in a row", (await DoneAsync("alerts")).Output, StringComparison.Ordinal);
        Assert.Equal(alert.PublicId, Assert.Single((await DoneAsync("alerts", "--kind", "circuit", "--json")).Lines).GetProperty("id").GetString());
        Assert.Contains("What to do: Look at its last errors.", (await DoneAsync("alerts", alert.PublicId)).Output, StringComparison.Ordinal);
        await _host.Engine.Storage.Alerts.ResolveAsync(alert.Id, now, "It has answered for 60 seconds.", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty((await DoneAsync("alerts", "--json")).Lines);
        Assert.Equal("resolved", Assert.Single((await DoneAsync("alerts", "--all", "--json")).Lines).GetProperty("state").GetString());
        Assert.Contains("It has answered for 60 seconds.", (await DoneAsync("alerts", alert.PublicId)).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await _host.RunAsync("alerts", "--kind", "fire")).Code);
    }

    [Fact]
    public async Task A_template_is_made_from_a_file_and_used()
    {
        var file = _host.Write("welcome.json", """{ "key": "welcome", "variants": [ { "channel": "email", "subject": "Welcome, {{ customer_name }}!", "text": "Hello" } ] }""");
        await DoneAsync("templates", "create", file);

        var sent = await DoneAsync("send", "--to", "ana@example.net", "-t", "welcome", "--var", "customer_name=Ana", "--wait", "--json");
        var id = sent.Lines[0].GetProperty("messages")[0].GetProperty("id").GetString()!;

        Assert.StartsWith("Subject: Welcome, Ana!", (await DoneAsync("messages", "content", id)).Output, StringComparison.Ordinal);
        Assert.Contains("Welcome, {{ customer_name }}!", (await DoneAsync("templates", "show", "welcome")).Output, StringComparison.Ordinal);
        Assert.Contains("welcome", (await DoneAsync("templates", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_has_its_life()
    {
        await DoneAsync("templates", "create", _host.Write("one.json", """{ "key": "welcome", "variants": [ { "channel": "sms", "text": "Hello {{ name }}" } ] }"""));
        var draft = await DoneAsync("templates", "draft", "welcome", _host.Write("two.json", """{ "variants": [ { "channel": "sms", "text": "Welcome, {{ name }}" } ] }"""));
        Assert.Contains("carillon templates publish welcome 2", draft.Output, StringComparison.Ordinal);

        Assert.Contains("Hello Ana", (await DoneAsync("render", "-t", "welcome", "--var", "name=Ana")).Output, StringComparison.Ordinal);
        Assert.Contains("Welcome, Ana", (await DoneAsync("render", "-t", "welcome", "--version-number", "2", "--var", "name=Ana")).Output, StringComparison.Ordinal);
        Assert.Contains("+Welcome, {{ name }}", (await DoneAsync("templates", "diff", "welcome", "1", "2")).Output, StringComparison.Ordinal);
        Assert.Contains("version 2", (await DoneAsync("templates", "publish", "welcome", "2")).Output, StringComparison.Ordinal);
        Assert.Contains("version 1", (await DoneAsync("templates", "rollback", "welcome")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await DoneAsync("templates", "versions", "welcome", "--json")).Lines.Count);
        await DoneAsync("templates", "delete", "welcome");
        Assert.Equal(ExitCode.Failed, (await _host.RunAsync("templates", "show", "welcome")).Code);
    }

    [Fact]
    public async Task A_provider_is_disabled_tested_and_deleted()
    {
        var made = await _host.RunAsync("""{ "name": "sim", "channel": "email", "kind": "simulator" }""", ["providers", "create", "-", "--json"]);
        var id = made.Lines[0].GetProperty("id").GetString()!;

        Assert.Contains("does not serve", (await DoneAsync("providers", "disable", id)).Output, StringComparison.Ordinal);
        Assert.Contains(", serves", (await DoneAsync("providers", "enable", id)).Output, StringComparison.Ordinal);
        Assert.Contains("accepted in", (await DoneAsync("providers", "test", id, "--to", "ana@example.net")).Output, StringComparison.Ordinal);
        await DoneAsync("providers", "delete", id);
        Assert.Empty((await DoneAsync("providers", "list", "--json")).Lines);
    }

    [Fact]
    public async Task A_test_of_a_provider_shows_what_was_said()
    {
        var http = """{ "name": "h", "channel": "sms", "kind": "http", "settings": { "api_url": "http://127.0.0.1:9/send", "auth_method": "query" }, "credentials": { "api_key": "the-very-key" } }""";
        var made = await _host.RunAsync(http, ["providers", "create", "-", "--json"]);

        var test = await _host.RunAsync("providers", "test", made.Lines[0].GetProperty("id").GetString()!, "--to", "+5215512345678");

        Assert.Equal(ExitCode.Failed, test.Code);
        Assert.Contains("> POST http://127.0.0.1:9/send?api_key=***\n> Host: 127.0.0.1:9\n", test.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains(">\n> to=", test.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("* 127.0.0.1 leads to an address that is not allowed here.", test.Output, StringComparison.Ordinal);

        var smtp = """{ "name": "s", "channel": "email", "kind": "smtp", "settings": { "host": "127.0.0.1", "port": 9, "security": "none", "from_email": "a@example.net" } }""";
        made = await _host.RunAsync(smtp, ["providers", "create", "-", "--json"]);
        Assert.Contains(" ms * connecting to 127.0.0.1:9", (await _host.RunAsync("providers", "test", made.Lines[0].GetProperty("id").GetString()!, "--to", "ana@example.net")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_is_sent_again_and_what_was_sent_is_not()
    {
        var lines = _host.Write("mails.ndjson", """{"recipient":{"email":"b@example.net"},"syntax":"jinja","message":"{{ 1 / 0 }}"}""");
        await _host.RunAsync("batch", lines, "--wait");
        var failed = (await DoneAsync("messages", "list", "--status", "failed", "--json")).Lines[0].GetProperty("id").GetString()!;
        var sent = await SendAsync("--wait");

        Assert.Contains($"{failed} is queued again.", (await DoneAsync("retry", failed)).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await _host.RunAsync("retry", sent)).Code);
    }

    [Fact]
    public async Task A_preview_shows_what_would_be_sent_and_sends_nothing()
    {
        var preview = await DoneAsync("send", "--to", "ana@example.net", "-s", "Hello", "-m", "It rings.", "--preview");

        Assert.Contains("email to ana@example.net", preview.Output, StringComparison.Ordinal);
        Assert.Contains("  subject: Hello", preview.Output, StringComparison.Ordinal);
        Assert.Contains("  | It rings.", preview.Output, StringComparison.Ordinal);
        Assert.Empty((await DoneAsync("messages", "list", "--json")).Lines);
    }

    [Fact]
    public async Task A_misspelled_field_of_a_file_is_not_passed_over()
    {
        var result = await _host.RunAsync("templates", "create", _host.Write("t.json", """{ "key": "a", "variant": [], "variants": [] }"""));

        Assert.Equal(ExitCode.WrongUse, result.Code);
        Assert.Contains("variant", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_is_made_from_the_input()
    {
        var made = await _host.RunAsync(
            """{ "name": "relay", "channel": "email", "kind": "smtp", "settings": { "host": "mail.example.net", "from_email": "a@example.net" } }""",
            ["providers", "create", "-"]);

        Assert.Equal(ExitCode.Done, made.Code);
        Assert.Contains("relay", (await DoneAsync("providers", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("smtp", (await DoneAsync("providers", "kinds", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_made_listed_and_revoked()
    {
        var made = (await DoneAsync("keys", "create", "billing", "--scope", "messages:write", "--json")).Lines[0];
        var id = made.GetProperty("id").GetString()!;
        Assert.StartsWith("ck_", made.GetProperty("key").GetString(), StringComparison.Ordinal);

        await DoneAsync("keys", "revoke", id);

        var listed = Assert.Single((await DoneAsync("keys", "list", "--json")).Lines, k => k.GetProperty("id").GetString() == id);
        Assert.True(listed.TryGetProperty("revoked_at", out _));
        Assert.False(listed.TryGetProperty("key", out _));
    }

    [Fact]
    public async Task The_server_says_how_it_is() => Assert.Contains("is ready.", (await DoneAsync("status")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_template_is_rendered_without_a_server()
    {
        _host.Environment.Clear();
        _host.Write("footer.txt", "-- {{ sender }}");
        var template = _host.Write("mail.txt", "Hello {{ name|upper }}!\n{% include 'footer.txt' %}");
        var data = _host.Write("data.json", """{ "name": "Ana", "sender": "Fibra Norte" }""");

        Assert.Equal("Hello ANA!\n-- Fibra Norte", (await DoneAsync("render", template, "--data", data)).Output);
        Assert.Equal("Hello EVA!\n-- Fibra Norte", (await DoneAsync("render", template, "--data", data, "--var", "name=Eva")).Output);
        Assert.Equal("&lt;b&gt;", (await DoneAsync("render", _host.Write("a.html", "{{ x }}"), "--var", "x=<b>")).Output);
        Assert.Equal("<b>", (await DoneAsync("render", _host.Write("a.txt", "{{ x }}"), "--var", "x=<b>")).Output);
    }

    [Fact]
    public async Task A_template_at_fault_is_told_with_its_line()
    {
        var result = await _host.RunAsync("render", _host.Write("bad.txt", "one\n{% if %}"));

        Assert.Equal((ExitCode.Failed, ""), (result.Code, result.Output));
        Assert.Contains("2", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_shell_completes_by_asking_the_program(string shell)
    {
        Assert.Contains("[suggest:", (await DoneAsync("completion", shell)).Output, StringComparison.Ordinal);

        Assert.Contains("messages", (await DoneAsync("[suggest:2]", "me")).Output.Split('\n').Select(l => l.Trim()));
        Assert.Contains("--recipient-id", (await DoneAsync("[suggest:16]", "messages list --")).Output.Split('\n').Select(l => l.Trim()));
        Assert.Contains("--max-unrecorded", (await DoneAsync("[suggest:8]", "serve --")).Output.Split('\n').Select(l => l.Trim()));
    }

    [Fact]
    public async Task Every_command_has_its_help_and_stands_in_the_guide()
    {
        foreach (var (name, description) in CarillonCommands.Names)
        {
            var help = await DoneAsync(name, "--help");
            Assert.Contains(description, help.Output, StringComparison.Ordinal);
            Assert.Contains(name, Configuration(), StringComparison.Ordinal);
        }

        var guide = File.ReadAllText(Path.Combine(Root(), "docs", "cli.md"));
        Assert.All(CarillonCommands.Names, command => Assert.Contains($"`{command.Name}", guide, StringComparison.Ordinal));

        static string Root()
        {
            var root = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(root, "Carillon.slnx"))) root = Path.GetDirectoryName(root)!;
            return root;
        }

        static string Configuration() => Carillon.Server.Configuration.ConfigurationHelp.Text();
    }

    [Fact]
    public async Task A_key_is_made_with_caps_and_its_caps_are_changed_and_lifted()
    {
        var made = (await DoneAsync("keys", "create", "billing", "--scope", "messages:write", "--recipients-per-minute", "600", "--json")).Lines[0];
        var id = made.GetProperty("id").GetString()!;

        Assert.Contains("600/min, new: 1,000/min until ", (await DoneAsync("keys", "list")).Output, StringComparison.Ordinal);
        Assert.StartsWith($"{id}: 20,000/day, new: 1,000/min until ", (await DoneAsync("keys", "limit", id, "--recipients-per-day", "20000")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await _host.RunAsync("keys", "limit", id, "--lift")).Code);
        await _host.UseInstallationAsync();
        Assert.Equal($"{id}: no limit", (await DoneAsync("keys", "limit", id, "--lift")).Output.TrimEnd());
    }

    [Fact]
    public async Task The_encryption_keys_are_shown_and_everything_sealed_with_the_first()
    {
        await _host.UseInstallationAsync();

        var shown = await DoneAsync("encryption", "show");
        var resealed = await DoneAsync("encryption", "reseal");

        Assert.Matches("[0-9a-f]{8} +seals +1 \\(key check 1\\)", shown.Output);
        Assert.Contains("0 were sealed anew.", resealed.Output, StringComparison.Ordinal);
        Assert.Equal("seals", (await DoneAsync("encryption", "reseal", "--json")).Lines[0].GetProperty("keys")[0].GetProperty("role").GetString());
    }
}
