using Carillon.Channels;

namespace Carillon.Tests.Channels;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Every_fault_is_collected_under_its_path()
    {
        var faults = new List<SettingsFault>();
        var reader = new SettingsReader(Sample.Json("""{"host":5,"port":0,"tls":"yes","rate":2,"cost":-1,"extra":1}"""), "settings", faults);

        Assert.Null(reader.Text("host", required: true));
        Assert.Null(reader.Integer("port", 1, 65535));
        Assert.Null(reader.Flag("tls"));
        Assert.Null(reader.Number("rate", 0, 1));
        Assert.Null(reader.Money("cost"));
        Assert.Null(reader.Text("name", required: true));
        reader.Finish();

        Assert.Equal(
            [
                ("settings.host", "invalid"), ("settings.port", "out_of_range"), ("settings.tls", "invalid"), ("settings.rate", "out_of_range"),
                ("settings.cost", "out_of_range"), ("settings.name", "required"), ("settings.extra", "unknown_field"),
            ],
            faults.Select(f => (f.Field, f.Code)));
    }

    [Fact]
    public void Null_is_as_good_as_absent()
    {
        var faults = new List<SettingsFault>();
        var reader = new SettingsReader(Sample.Json("""{"host":null}"""), "settings", faults);
        Assert.Null(reader.Text("host"));
        reader.Finish();
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("prot", "Did you mean port?")]
    [InlineData("Port", "Did you mean port?")]
    [InlineData("from_mail", "Did you mean from_email?")]
    [InlineData("latency", "Known are port, from_email.")]
    public void An_unknown_field_is_told_what_it_may_have_meant(string field, string hint)
    {
        var faults = new List<SettingsFault>();
        var reader = new SettingsReader(Sample.Json($$"""{"{{field}}":1}"""), "settings", faults);
        reader.Integer("port", 1, 65535);
        reader.Text("from_email");
        reader.Finish();

        var fault = Assert.Single(faults);
        Assert.Equal("settings." + field, fault.Field);
        Assert.EndsWith(hint, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Very_long_unknown_names_are_named_too()
    {
        var faults = new List<SettingsFault>();
        var name = new string('x', 100_000);
        var reader = new SettingsReader(Sample.Json($$"""{"{{name}}":1}"""), "settings", faults);
        reader.Flag("outage");
        reader.Finish();
        Assert.Equal("unknown_field", Assert.Single(faults).Code);
    }

    [Fact]
    public void No_fault_repeats_a_value_since_it_could_be_a_secret()
    {
        var faults = new List<SettingsFault>();
        var reader = new SettingsReader(Sample.Json("""{"a":"hunter2","b":"hunter2","c":"hunter2","d":"hunter2"}"""), "credentials", faults);
        reader.Flag("a");
        reader.Number("b", 0, 1);
        reader.Money("c");
        reader.Text("d", maxLength: 3);
        Assert.Equal(4, faults.Count);
        Assert.DoesNotContain(faults, f => f.Message.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"0.0075\"", "0.0075")]
    [InlineData("0.0075", "0.0075")]
    [InlineData("2", "2")]
    public void Money_is_read_from_text_and_numbers(string json, string amount)
    {
        var reader = new SettingsReader(Sample.Json($$"""{"cost":{{json}}}"""), "settings", []);
        Assert.Equal(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), reader.Money("cost"));
    }
}
