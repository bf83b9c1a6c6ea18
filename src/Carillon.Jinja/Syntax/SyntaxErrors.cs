namespace Carillon.Jinja.Syntax;

/// <summary>Carries the place of a syntax error to where the template's name and source are known.</summary>
internal static class SyntaxErrors
{
    private const string Key = "Carillon.Jinja.Place";

    public static T At<T>(T error, Place place)
        where T : JinjaException
    {
        error.Data[Key] = place;
        return error;
    }

    public static Place PlaceOf(JinjaException error) => error.Data[Key] is Place place ? place : default;

    /// <summary>Fills in template, line, column and the line's text.</summary>
    public static void Locate(JinjaException error, Place place, string? templateName, string source)
    {
        if (place.Line == 0) return;
        var (from, to) = LineAt(source, place.Line);
        var offset = Math.Min(place.Offset, source.Length);
        var column = offset >= from && offset <= to ? Values.PythonText.Length(source[from..offset]) + 1 : 1;
        error.Locate(templateName, place.Line, column, source[from..to]);
    }

    private static (int From, int To) LineAt(string source, int line)
    {
        var from = 0;
        for (; line > 1; line--)
        {
            var next = source.IndexOf('\n', from);
            if (next < 0) break;
            from = next + 1;
        }
        var end = source.IndexOf('\n', from);
        return (from, end < 0 ? source.Length : end);
    }
}
