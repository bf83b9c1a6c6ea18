using AngleSharp.Dom;

namespace Carillon.Channels.Email;

/// <summary>What a mail program does not show. Style sheets are not applied: mails that hide a thing say so in its own style.</summary>
internal static class HtmlVisibility
{
    private static readonly HashSet<string> Unshown = new(StringComparer.Ordinal)
    {
        "head", "style", "script", "template", "title", "meta", "link", "base", "svg", "math", "iframe", "object", "video", "audio", "canvas",
        "select", "textarea", "input", "datalist", "map",
    };

    public static bool IsHidden(IElement element) =>
        Unshown.Contains(element.LocalName)
        || element.HasAttribute("hidden")
        || (element.GetAttribute("style") is { } style && Hides(style))
        || IsPixel(element);

    private static bool Hides(string style)
    {
        foreach (string declaration in style.Split(';'))
        {
            int colon = declaration.IndexOf(':');
            if (colon < 0) continue;
            ReadOnlySpan<char> name = declaration.AsSpan(0, colon).Trim();
            string value = declaration[(colon + 1)..].Replace("!important", "", StringComparison.OrdinalIgnoreCase).Trim().ToLowerInvariant();
            bool hides = name.Equals("display", StringComparison.OrdinalIgnoreCase) ? value == "none"
                : name.Equals("visibility", StringComparison.OrdinalIgnoreCase) ? value is "hidden" or "collapse"
                : name.Equals("max-height", StringComparison.OrdinalIgnoreCase) && value is "0" or "0px"
                && style.Contains("overflow", StringComparison.OrdinalIgnoreCase);
            if (hides) return true;
        }
        return false;
    }

    // An image of one pixel counts openings and says nothing.
    private static bool IsPixel(IElement element) =>
        element.LocalName == "img" && element.GetAttribute("width") is "0" or "1" && element.GetAttribute("height") is "0" or "1";
}
