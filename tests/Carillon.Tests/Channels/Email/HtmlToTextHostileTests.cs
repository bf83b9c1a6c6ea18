using System.Text;
using Carillon.Channels.Email;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Tests.Channels.Email;

public class HtmlToTextHostileTests
{
    private static readonly string[] Pieces =
    [
        "<p>", "</p>", "<div style='", "display:none", "'>", "<table>", "<tr><td>", "</table>", "<ul><li>", "</ul>", "<a href=\"https://example.com/a b\">",
        "</a>", "<!--", "-->", "<pre>\n", "<blockquote>", "word ", "&nbsp;", "&#0;", "<", ">", "\"", "\ud800", "字", "<b>", "</i>", "<img alt='x", "<br>",
        "<style>", "</script>", "\0",
    ];

    // Each of these makes a parser that is written without care slow, deep or big.
    public static TheoryData<string, string> Floods => new()
    {
        { "<div>", "" }, { "<p><div>", "" }, { "<b>", "" }, { "<b id=x><p>", "" }, { "<table><tr><td>", "" }, { "<ul><li>", "" }, { "<blockquote>", "" },
        { "<a href='https://example.com'>", "" }, { "<font size=1>", "" }, { "<!--", "" }, { "<style>", "" }, { "</p>", "" }, { "<", "" }, { "&", "" },
        { "<x ", "" }, { " a=b", "<p" }, { "<td>", "<table><tr>" }, { "<li>", "<ul>" }, { "<select><option>", "" }, { "<svg>", "" }, { "a ", "" }, { "a", "" },
        { "<p><i>x</p>", "" }, { "<tr><td>x", "<table>" },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public void A_hundred_thousand_of_one_thing_become_a_text(string piece, string before)
    {
        string html = new StringBuilder(before).Insert(before.Length, piece, 100_000).Append(" the end").ToString();

        Assert.NotNull(HtmlToText.Convert(html));
    }

    [Fact]
    public void Words_in_markup_nested_without_reason_are_kept()
    {
        string html = string.Concat(Enumerable.Repeat("<div>", 100_000)) + "<style>p { }</style>Hello &amp; <b>good</b> bye" + string.Concat(Enumerable.Repeat("</div>", 100_000));

        Assert.Equal("Hello & good bye\n", HtmlToText.Convert(html));
    }

    [Fact]
    public void A_mail_with_many_tables_in_tables_is_still_laid_out()
    {
        string html = string.Concat(Enumerable.Repeat("<table><tr><td>", 40)) + "<h1>Hello</h1>" + string.Concat(Enumerable.Repeat("</td></tr></table>", 40));

        Assert.Equal("Hello\n=====\n", HtmlToText.Convert(html));
    }

    [Fact]
    public void Any_markup_becomes_a_text_of_whole_lines()
    {
        Gen<string> pages = Gen.Elements(Pieces).ListOf().Select(pieces => string.Concat(pieces));

        Prop.ForAll(pages.ToArbitrary(), html =>
        {
            string text = HtmlToText.Convert(html);
            return (text.Length == 0 || (text[^1] == '\n' && text[0] != '\n'))
                && !text.Contains("\n\n\n", StringComparison.Ordinal) | html.Contains("<pre>", StringComparison.Ordinal) | html.Contains("<br>", StringComparison.Ordinal)
                && !text.Contains(" \n", StringComparison.Ordinal)
                && !text.Contains('\r');
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }
}
