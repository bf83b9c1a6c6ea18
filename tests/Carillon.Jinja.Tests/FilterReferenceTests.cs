using System.Text.RegularExpressions;
using static Carillon.Jinja.Tests.Rendering;

namespace Carillon.Jinja.Tests;

/// <summary>Runs the examples of <c>docs/templates.md</c>: rows of a table whose last two cells are a template and what it prints.</summary>
public sealed partial class FilterReferenceTests
{
    [GeneratedRegex("""^\|.*\| `(?<template>\{[^`]*)` \| `(?<text>.*)` \|$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Example();

    [GeneratedRegex("""^\| `(?<name>[a-z]+)[`(]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Entry();

    private static string[] Lines() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "templates.md"));

    [Fact]
    public void Every_example_prints_what_it_says()
    {
        var examples = Lines().Select(line => Example().Match(line)).Where(match => match.Success).ToList();
        Assert.True(examples.Count > 90, "the examples were not found");
        foreach (var example in examples)
        {
            var template = example.Groups["template"].Value.Replace("\\|", "|", StringComparison.Ordinal);
            var expected = example.Groups["text"].Value.Replace("\\|", "|", StringComparison.Ordinal).Replace("⏎", "\n", StringComparison.Ordinal);
            Assert.Equal((template, expected), (template, Render(template, ReferenceContext())));
        }
    }

    private static string ReferenceContext()
    {
        var lines = Lines();
        var start = Array.IndexOf(lines, "```json") + 1;
        return string.Join('\n', lines[start..Array.IndexOf(lines, "```", start)]);
    }

    [Fact]
    public void Every_filter_test_and_global_is_described()
    {
        var described = Lines().Select(line => Entry().Match(line)).Where(m => m.Success).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var known = Builtins.FilterTable.All.Keys.Concat(Builtins.TestTable.All.Keys).Where(name => char.IsAsciiLetter(name[0]));
        Assert.Empty(known.Except(described, StringComparer.Ordinal));
    }
}
