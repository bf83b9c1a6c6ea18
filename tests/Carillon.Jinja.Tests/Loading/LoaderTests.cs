namespace Carillon.Jinja.Tests.Loading;

public sealed class LoaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("carillon-jinja").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Files_are_found_by_name_and_none_outside_of_the_directory()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "templates", "mail"));
        File.WriteAllText(Path.Combine(_directory, "templates", "mail", "a.txt"), "A");
        File.WriteAllText(Path.Combine(_directory, "secret"), "S");
        var loader = TemplateLoader.FromDirectory(Path.Combine(_directory, "templates"));
        Assert.True(loader.TryLoad("mail/a.txt", out var source));
        Assert.Equal("A", source);
        foreach (var name in new[] { "../secret", "mail/../../secret", "/../secret", "..", "", "mail", "..\\secret", Path.Combine(_directory, "secret") })
            Assert.False(loader.TryLoad(name, out _), name);
    }

    [Fact]
    public void The_first_loader_that_knows_a_name_gives_it()
    {
        var first = TemplateLoader.FromDictionary(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1" });
        var loader = TemplateLoader.FirstOf(first, TemplateLoader.FromFunction(name => name == "none" ? null : name));
        Assert.True(loader.TryLoad("a", out var one) && loader.TryLoad("b", out var two) && one + two == "1b");
        Assert.False(loader.TryLoad("none", out _));
    }

    [Fact]
    public void A_template_is_loaded_once()
    {
        var asked = 0;
        var environment = new JinjaEnvironment(new JinjaOptions
        {
            Loader = TemplateLoader.FromFunction(_ =>
            {
                asked++;
                return "x";
            }),
        });
        environment.GetTemplate("a");
        environment.GetTemplate("a");
        Assert.Equal(1, asked);
    }

    [Fact]
    public void A_name_that_no_loader_knows_is_an_error() =>
        Assert.Throws<TemplateNotFoundException>(() => new JinjaEnvironment().GetTemplate("nope"));
}
