using Carillon.Channels.Email;

namespace Carillon.Tests.Channels.Email;

public class HtmlToTextTests
{
    public static TheoryData<string, string, string> Pages => new()
    {
        { "white space is one blank", "<p>a\n   b\t c</p>", "a b c\n" },
        { "paragraphs are set apart", "<p>a</p><p>b</p><div>c</div><div>d</div>", "a\n\nb\n\nc\nd\n" },
        { "a line break stays", "a<br>b<br/><br>c", "a\nb\n\nc\n" },
        { "a link shows its address", "<a href='https://example.com/t?a=1&amp;b=2'>Our terms</a>.", "Our terms <https://example.com/t?a=1&b=2>.\n" },
        { "a link that is its own text shows once", "<a href='https://example.com/'>example.com</a>", "example.com\n" },
        { "a mail address shows once", "<a href='mailto:kim@example.org?subject=x'>kim@example.org</a>", "kim@example.org\n" },
        { "a mail address behind words is shown", "<a href='mailto:kim@example.org'>Kim</a>", "Kim <kim@example.org>\n" },
        { "a link to nowhere is words", "<a href='#top'>up</a> <a href='javascript:x()'>run</a> <a>bare</a>", "up run bare\n" },
        { "a linked image shows its text", "<a href='https://example.com'><img src=x alt='Acme'></a>", "Acme <https://example.com>\n" },
        { "a linked image without text shows the address", "<a href='https://example.com'><img src=x></a>", "https://example.com\n" },
        { "a link may hold a block", "<a href='https://example.com/a'><div>Read on</div></a>", "Read on\nhttps://example.com/a\n" },
        { "images show their text", "<img alt='A cat' src=x> and <img src=y>", "A cat and\n" },
        { "a counting pixel is nothing", "x<img alt='p' width=1 height=1>", "x\n" },
        { "headings are underlined", "<h1>Title</h1><h2>Part</h2><h3>Section</h3>text", "Title\n=====\n\nPart\n----\n\nSection\n\ntext\n" },
        { "a list has its marks", "<ul><li>a</li><li>b</li></ul>", "- a\n- b\n" },
        { "a numbered list has its numbers", "<ol start=3><li>a<li value=7>b<li>c</ol>", "3. a\n7. b\n8. c\n" },
        { "lists nest", "x<ul><li>a<ul><li>b</li></ul></li><li>c<ol><li>d</ol></ul>y", "x\n\n- a\n  - b\n- c\n  1. d\n\ny\n" },
        { "paragraphs in a list keep its indent", "<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c\n" },
        { "a quotation is marked", "<blockquote>a<p>b</p></blockquote>c", "> a\n>\n> b\n\nc\n" },
        { "quotations nest", "<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b\n" },
        { "preformatted text stays", "<pre>a\n  b   c\n</pre>", "a\n  b   c\n" },
        { "a rule is a line", "a<hr>b", "a\n\n----------------------------------------\n\nb\n" },
        { "definitions are indented", "<dl><dt>a</dt><dd>b</dd></dl>", "a\n  b\n" },
        { "entities are characters", "&lt;b&gt; &amp; &euro; &#x263A; a&nbsp;b", "<b> & € ☺ a b\n" },
        { "a table of data has columns", "<table><tr><th>Item<th>Price</tr><tr><td>Tea<td align=right>4.50</tr><tr><td>Biscuits<td align=right>12.00</tr></table>", "Item      Price\n--------  -----\nTea        4.50\nBiscuits  12.00\n" },
        { "columns count wide characters", "<table><tr><th>品<th>n</tr><tr><td>茶<td>1</tr><tr><td>abc<td>2</tr></table>", "品   n\n---  -\n茶   1\nabc  2\n" },
        { "a table for layout is its words", "<table role=presentation><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\n\nb\n" },
        { "cells of words alone share a line", "<table role=presentation><tr><td>Total</td><td>42</td></tr></table>", "Total 42\n" },
        { "tables in tables are laid out", "<table><tr><td><table><tr><td><h1>T</h1></td></tr></table></td></tr><tr><td>x</td></tr></table>", "T\n=\n\nx\n" },
        { "hidden things are absent", "<head><title>t</title><style>p{}</style></head><body><script>x</script><p style='DISPLAY : none !important'>a</p><p hidden>b</p><span style='visibility:hidden'>c</span><div style='max-height:0;overflow:hidden'>d</div><!-- e --><template>f</template>g", "g\n" },
        { "fillers of the preview line are absent", "a&#847;&zwnj;&nbsp;&#8203;&shy;b", "a b\n" },
        { "a joiner inside a word is spelling", "می&zwnj;خواهم", "می\u200cخواهم\n" },
        { "emphasis is words", "<b>a</b><i>b</i> <u>c</u>", "ab c\n" },
        { "nothing is nothing", "", "" },
        { "no words are nothing", "<p> </p><br><img src=x>", "" },
        { "broken markup is read as browsers do", "<p>a<b>b<p>c</i></table>d<", "ab\n\ncd<\n" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_becomes_a_readable_text(string what, string html, string expected) =>
        Assert.Equal((what, expected), (what, HtmlToText.Convert(html)));

    [Fact]
    public void Lines_are_folded_at_76_columns()
    {
        string words = string.Join(' ', Enumerable.Repeat("word and word,", 40));

        string text = HtmlToText.Convert($"<p>{words}</p><ul><li>{words}</li></ul><blockquote>{words}</blockquote><h1>{words}</h1>");

        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
        Assert.Contains(text.Split('\n'), line => line.Length > 70);
    }

    [Fact]
    public void Text_without_blanks_is_folded_between_its_characters()
    {
        string text = HtmlToText.Convert("<p>" + string.Concat(Enumerable.Repeat("吾輩は猫である。", 30)) + "</p>");

        Assert.All(text.Split('\n'), line => Assert.InRange(TextWidth.Of(line), 0, 76));
        Assert.DoesNotContain("\n。", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_is_never_folded()
    {
        string address = "https://example.com/" + new string('a', 200);

        Assert.Contains(address, HtmlToText.Convert($"<p>Please read <a href='{address}'>this page of ours</a> today.</p>"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_wider_than_the_line_is_written_row_by_row()
    {
        string text = HtmlToText.Convert($"<table><tr><th>Name<th>Words</tr><tr><td>a<td>{new string('x', 60)} {new string('y', 60)}</tr><tr><td>b<td>c</tr></table>");

        Assert.Equal($"Name: a\nWords: {new string('x', 60)}\n{new string('y', 60)}\n\nName: b\nWords: c\n", text);
    }
}
