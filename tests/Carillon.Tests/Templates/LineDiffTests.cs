using Carillon.Templates;

namespace Carillon.Tests.Templates;

public sealed class LineDiffTests
{
    [Theory]
    [InlineData(null, null, "")]
    [InlineData("a\nb", "a\nb\n", "")]
    [InlineData("a\r\nb", "a\nb", "")]
    [InlineData(null, "a", "0,0 1,1 +a")]
    [InlineData("a", "", "1,1 0,0 -a")]
    [InlineData("a\nb\nc", "a\nc", "1,3 1,2  a -b  c")]
    [InlineData("1\n2\n3\n4\n5\nx\n7\n8\n9", "1\n2\n3\n4\n5\ny\n7\n8\n9", "3,7 3,7  3  4  5 -x +y  7  8  9")]
    [InlineData("x\n2\n3\n4\n5\n6\n7\nx", "y\n2\n3\n4\n5\n6\n7\ny", "1,8 1,8 -x +y  2  3  4  5  6  7 -x +y")]
    [InlineData("x\n2\n3\n4\n5\n6\n7\n8\nx", "y\n2\n3\n4\n5\n6\n7\n8\ny", "1,4 1,4 -x +y  2  3  4 | 6,4 6,4  6  7  8 -x +y")]
    public void Stretches_that_differ_are_told_with_three_lines_around(string? from, string? to, string expected)
    {
        var actual = LineDiff.Of(from, to).Select(h => $"{h.From},{h.FromCount} {h.To},{h.ToCount} " + string.Join(' ', h.Lines.Select(l => Sign(l.Change) + l.Text)));

        Assert.Equal(expected, string.Join(" | ", actual));
    }

    [Fact]
    public void The_old_text_with_its_hunks_replaced_is_the_new_one()
    {
        var random = new Random(4711);
        for (var round = 0; round < 2_000; round++)
        {
            var (from, to) = (Text(random), Text(random));
            var rebuilt = new List<string>();
            var next = 0;
            foreach (var hunk in LineDiff.Of(string.Join('\n', from), string.Join('\n', to)))
            {
                var start = hunk.FromCount == 0 ? hunk.From : hunk.From - 1;
                rebuilt.AddRange(from[next..start]);
                Assert.Equal(rebuilt.Count, hunk.ToCount == 0 ? hunk.To : hunk.To - 1);
                Assert.Equal(from.Skip(start).Take(hunk.FromCount), hunk.Lines.Where(l => l.Change != LineChange.Added).Select(l => l.Text));
                rebuilt.AddRange(hunk.Lines.Where(l => l.Change != LineChange.Removed).Select(l => l.Text));
                next = start + hunk.FromCount;
            }

            rebuilt.AddRange(from[next..]);
            Assert.Equal(to, rebuilt);
        }
    }

    [Fact]
    public void Texts_too_different_to_compare_are_replaced_as_a_whole()
    {
        var from = Enumerable.Range(0, 3_000).Select(i => $"a{i}").ToList();
        var to = Enumerable.Range(0, 3_000).Select(i => i == 1_500 ? "a1500" : $"b{i}").ToList();

        var hunk = Assert.Single(LineDiff.Of(string.Join('\n', from), string.Join('\n', to)));

        Assert.Equal(from.Concat(to), hunk.Lines.Select(l => l.Text));
    }

    private static char Sign(LineChange change) => change switch { LineChange.Added => '+', LineChange.Removed => '-', _ => ' ' };

    private static string[] Text(Random random) => [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => $"{(char)('a' + random.Next(4))}.")];
}
