using Carillon.Mail.Parsing;

namespace Carillon.Mail.Tests.Parsing;

public class HtmlNoticeTests
{
    [Theory]
    [InlineData("<p>a</p><p>b &amp; c</p>", "\na\n\nb & c\n")]
    [InlineData("<style>p { }</style>a<script>x</script>", "a")]
    [InlineData("<style>never closed", "")]
    [InlineData("a < b", "a ")]
    [InlineData("&lt;kim@example.org&gt;<br/>x", "<kim@example.org>\nx")]
    public void The_words_of_a_page_are_kept_line_by_line(string html, string expected) => Assert.Equal(expected, HtmlNotice.ToText(html));
}
