using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Carillon.Server.Reference;

/// <summary>
/// <c>/docs</c>: the API to browse and to try, from the OpenAPI document. Everything that it takes comes from this server, so that it works
/// without a network.
/// </summary>
internal static class ReferencePage
{
    // Scalar writes its styles into the page as it runs; scripts come from files alone.
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Serve("/docs", "reference.html", "text/html; charset=utf-8");
        Serve("/docs/reference.js", "reference.js", "text/javascript; charset=utf-8");
        Serve("/docs/scalar.js", "Scalar.standalone.js", "text/javascript; charset=utf-8");

        void Serve(string path, string resource, string contentType)
        {
            var file = new Lazy<(string Tag, long Length)>(() => Look(resource));
            routes.MapMethods(path, ["GET", "HEAD"], context => WriteAsync(context, resource, file.Value, contentType)).ExcludeFromDescription();
        }
    }

    private static async Task WriteAsync(HttpContext context, string resource, (string Tag, long Length) file, string contentType)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ETag = file.Tag;
        // Asked each time whether it is still the same: after an upgrade nobody has half of the old page.
        headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = file.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await using var stream = Open(resource);
        await stream.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static (string Tag, long Length) Look(string resource)
    {
        using var stream = Open(resource);
        return (new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(stream).AsSpan(0, 8))}\"").ToString(), stream.Length);
    }

    private static Stream Open(string resource) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream("Carillon.Server.Reference." + resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded.");
}
