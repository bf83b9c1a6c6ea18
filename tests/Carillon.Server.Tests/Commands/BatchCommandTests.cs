using Carillon.Server.Commands;

namespace Carillon.Server.Tests.Commands;

public sealed class BatchCommandTests : IAsyncLifetime
{
    private CommandLineHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await CommandLineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<List<string>> AddressesAsync() =>
        [.. (await _host.RunAsync("messages", "list", "-n", "0", "--json")).Lines.Select(l => l.GetProperty("address").GetString()!).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Lines_of_json_are_sent_and_the_bad_are_told_by_their_line()
    {
        var file = _host.Write("mails.ndjson", """
            {"recipient":{"email":"a@example.net"},"message":"Hi"}

            {"recipient":{"email":"nonsense"},"message":"Hi"}
            {"recipient":{"email":"b@example.net"},"message":"Hi","invented":1}
            {"recipient":{"email":"c@example.net"},"message":"Hi"}
            """);

        var result = await _host.RunAsync("batch", file, "--size", "2");

        Assert.Equal(ExitCode.Partly, result.Code);
        Assert.Contains("2 accepted, 2 refused.", result.Output, StringComparison.Ordinal);
        Assert.Contains("line 3: recipient.email:", result.Errors, StringComparison.Ordinal);
        Assert.Contains("line 4: invented:", result.Errors, StringComparison.Ordinal);
        Assert.Equal(["a@example.net", "c@example.net"], await AddressesAsync());
    }

    [Fact]
    public async Task The_same_file_is_sent_once_unless_it_is_said_again()
    {
        var file = _host.Write("mails.ndjson", """{"recipient":{"email":"a@example.net"},"message":"Hi"}""");

        await _host.RunAsync("batch", file);
        await _host.RunAsync("batch", file);
        Assert.Single(await AddressesAsync());

        await _host.RunAsync("batch", file, "--again");
        Assert.Equal(2, (await AddressesAsync()).Count);
    }

    [Fact]
    public async Task A_file_that_was_mended_sends_what_is_missing()
    {
        const string good = """
            {"recipient":{"email":"a@example.net"},"message":"Hi"}
            {"recipient":{"email":"a@example.net"},"message":"Hi"}
            """;
        await _host.RunAsync("batch", _host.Write("mails.ndjson", good + "\n{\"recipient\":{\"email\":\"nonsense\"},\"message\":\"Hi\"}\n{broken\n"));
        Assert.Equal(["a@example.net", "a@example.net"], await AddressesAsync());

        var result = await _host.RunAsync("batch", _host.Write("mails.ndjson", good + "\n{\"recipient\":{\"email\":\"b@example.net\"},\"message\":\"Hi\"}\n"), "--size", "2");

        Assert.True(result.Code == ExitCode.Done, result.Output + result.Errors);
        Assert.Equal(["a@example.net", "a@example.net", "b@example.net"], await AddressesAsync());
    }

    [Fact]
    public async Task Columns_of_a_table_that_are_no_fields_are_variables()
    {
        await _host.RunAsync(
            "templates", "create",
            _host.Write("t.json", """{ "key": "bill", "variants": [ { "channel": "email", "subject": "{{ name }}: {{ amount }}", "text": "{{ note }}" } ] }"""));
        var file = _host.Write("bills.csv", "email;name;amount;note\na@example.net;Ana;12,50;\"two\nlines\"\nb@example.net;Eva;7;-\n");

        var result = await _host.RunAsync("batch", file, "--template", "bill", "--wait");

        Assert.True(result.Code == ExitCode.Done, result.Output + result.Errors);
        var messages = (await _host.RunAsync("messages", "list", "--address", "a@example.net", "--json")).Lines;
        var content = await _host.RunAsync("messages", "content", messages[0].GetProperty("id").GetString()!);
        Assert.Equal("Subject: Ana: 12,50\n\ntwo\nlines\n", content.Output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("mails.ndjson", "{\"recipient\":{\"email\":\"a@example.net\"},\"message\":\"Hi\"}\n{broken\n", "Line 2")]
    [InlineData("rows.csv", "email,message\na@example.net,Hi\nb@example.net,Hi,there\n", "Line 3")]
    public async Task A_line_that_cannot_be_read_ends_it_and_what_stands_before_is_sent(string name, string content, string expected)
    {
        var result = await _host.RunAsync("batch", _host.Write(name, content));

        Assert.Equal(ExitCode.WrongUse, result.Code);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        Assert.Equal(["a@example.net"], await AddressesAsync());
    }

    [Fact]
    public async Task A_table_without_addresses_is_refused()
    {
        var result = await _host.RunAsync("batch", _host.Write("rows.csv", "mail,message\na@example.net,Hi\n"));

        Assert.Equal(ExitCode.WrongUse, result.Code);
        Assert.Contains("The header must have a column email", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_are_lines_for_programs_and_the_input_is_a_file_too()
    {
        var result = await _host.RunAsync(
            "{\"recipient\":{\"email\":\"a@example.net\"},\"message\":\"Hi\"}\n{\"recipient\":{},\"message\":\"Hi\"}\n", ["batch", "-", "--json"]);

        Assert.Equal(ExitCode.Partly, result.Code);
        Assert.Equal([1, 2], result.Lines.Select(l => l.GetProperty("line").GetInt32()));
        Assert.StartsWith("ntf_", result.Lines[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("/problems/invalid_request", result.Lines[1].GetProperty("problem").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Messages_that_failed_are_told_when_they_are_waited_for()
    {
        var file = _host.Write("mails.ndjson", """
            {"recipient":{"email":"a@example.net"},"message":"Hi"}
            {"recipient":{"email":"b@example.net"},"syntax":"jinja","message":"{{ 1 / 0 }}"}
            """);

        var result = await _host.RunAsync("batch", file, "--wait");

        Assert.Equal(ExitCode.Partly, result.Code);
        Assert.Contains("failed", result.Output, StringComparison.Ordinal);
    }
}
