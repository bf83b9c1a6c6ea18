using System.Text;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>The placeholder text of <c>lipsum()</c>.</summary>
internal static class LoremIpsum
{
    private static readonly string[] Words =
        ("a ac accumsan ad adipiscing aenean aliquam aliquet amet ante aptent arcu at auctor augue bibendum blandit class commodo condimentum congue "
        + "consectetuer consequat conubia convallis cras cubilia cum curabitur curae cursus dapibus diam dictum dictumst dignissim dis dolor donec dui "
        + "duis egestas eget eleifend elementum elit enim erat eros est et etiam eu euismod facilisi facilisis fames faucibus felis fermentum feugiat "
        + "fringilla fusce gravida habitant hendrerit iaculis id imperdiet in inceptos integer interdum ipsum justo lacinia lacus laoreet lectus leo "
        + "libero ligula litora lobortis lorem luctus maecenas magna magnis malesuada massa mattis mauris metus mi molestie mollis montes morbi mus nam "
        + "nascetur natoque nec neque netus nibh nisi nisl non nonummy nostra nulla nullam nunc odio orci ornare parturient pede pellentesque penatibus "
        + "per pharetra phasellus placerat platea porta porttitor posuere potenti praesent pretium primis proin pulvinar purus quam quis quisque rhoncus "
        + "ridiculus risus rutrum sagittis sapien scelerisque sed sem semper senectus sit sociis sociosqu sodales sollicitudin suscipit suspendisse "
        + "taciti tellus tempor tempus tincidunt torquent tortor tristique turpis ullamcorper ultrices ultricies urna ut varius vehicula vel velit "
        + "venenatis vestibulum vitae vivamus viverra volutpat vulputate").Split(' ');

    public static JinjaValue Generate(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var html = Python.Truth(a[1]);
        int least = Python.SmallInteger(a[2]), most = Python.SmallInteger(a[3]);
        if (least >= most) throw Errors.Value($"empty range for randrange() ({least}, {most}, {most - least})");
        var paragraphs = new List<string>();
        for (var i = Python.Integer(a[0]); i > 0; i--)
        {
            var paragraph = Paragraph(state, Random.Shared.Next(least, most));
            paragraphs.Add(html ? $"<p>{paragraph}</p>" : paragraph);
        }
        return html ? JinjaValue.Markup(string.Join('\n', paragraphs)) : string.Join("\n\n", paragraphs);
    }

    private static string Paragraph(RenderState state, int words)
    {
        var text = new StringBuilder();
        int lastComma = 0, lastStop = 0;
        string? last = null;
        var capitalize = true;
        for (var i = 0; i < words; i++)
        {
            state.Tick();
            state.Charge(16);
            string word;
            do word = Words[Random.Shared.Next(Words.Length)];
            while (word == last);
            last = word;
            if (i > 0) text.Append(' ');
            text.Append(capitalize ? TextCase.Capitalize(word) : word);
            capitalize = false;
            if (i - Random.Shared.Next(3, 8) > lastComma)
            {
                lastComma = i;
                lastStop += 2;
                text.Append(',');
            }
            if (i - Random.Shared.Next(10, 20) > lastStop)
            {
                lastComma = lastStop = i;
                text.Append('.');
                capitalize = true;
            }
        }
        return text.ToString().TrimEnd(',', '.') + ".";
    }
}
