using Carillon.Messages;

namespace Carillon.Server.Api;

/// <summary>The <c>{id}</c> of a path.</summary>
internal static class RouteId
{
    public static string Text(HttpContext context) => context.Request.RouteValues["id"] as string ?? "";

    /// <summary>A number from 1; 0 when it is none, which nothing has.</summary>
    public static int Number(HttpContext context, string name) =>
        int.TryParse(
            context.Request.RouteValues[name] as string, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out var number) ? number : 0;

    /// <summary>False when the text is no id of this kind; callers are told the same as for one that is not there.</summary>
    public static bool TryRead(HttpContext context, string prefix, out Guid id) => PublicId.TryParse(prefix, Text(context), out id);
}
