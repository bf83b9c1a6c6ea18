using Carillon.Dispatch;
using Carillon.Server.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Limits = Carillon.Server.Api.NotificationLimits;

namespace Carillon.Server.Api;

/// <summary>A file as it was uploaded.</summary>
internal sealed record UploadedFile(string FileName, string ContentType, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Reads an upload: the file alone as the body, named by <c>?filename=</c> or <c>Content-Disposition</c> (RFC 6266), or a form with one file
/// in it (RFC 7578).
/// </summary>
internal static class AttachmentUpload
{
    private const string Octets = "application/octet-stream";

    public static readonly Problem UnsupportedMediaType = new(415, "unsupported_media_type", "The body is of a type that is not taken here.",
        "Send the file's bytes with the Content-Type that the file has, such as application/pdf, or a multipart/form-data form with one file. " +
        "curl says application/x-www-form-urlencoded unless it is told another type.");

    public static async ValueTask<(UploadedFile? File, Problem? Problem)> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType ?? Octets, out var type)) return (null, UnsupportedMediaType);
        if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return (null, UnsupportedMediaType);
        return type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? await ReadFormAsync(type, body)
            : Check(NameOf(request), type.ToString(), body);
    }

    private static async ValueTask<(UploadedFile?, Problem?)> ReadFormAsync(MediaTypeHeaderValue type, ReadOnlyMemory<byte> body)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > 70) return (null, Malformed("The Content-Type has no boundary of 1 to 70 characters."));
        try
        {
            UploadedFile? file = null;
            var form = new MultipartReader(boundary, new MemoryStream(body.ToArray(), writable: false));
            while (await form.ReadNextSectionAsync() is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.IsFileDisposition()) continue;
                if (file is not null) return (null, Problem.Invalid("", "too_many", "The form has several files: send one at a time."));
                using var bytes = new MemoryStream();
                await section.Body.CopyToAsync(bytes);
                var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar.ToString() : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
                var (read, problem) = Check(name, section.ContentType ?? Octets, bytes.ToArray());
                if (problem is not null) return (null, problem);
                file = read;
            }

            return file is null ? (null, Problem.Invalid("", "required", "The form has no file: a part whose Content-Disposition has a filename.")) : (file, null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return (null, Malformed(e.Message));
        }
    }

    private static string? NameOf(HttpRequest request)
    {
        if (request.Query.TryGetValue("filename", out var names)) return names.Count == 1 ? names[0] : null;
        if (!ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)) return null;
        return disposition.FileNameStar.HasValue ? disposition.FileNameStar.ToString() : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
    }

    private static (UploadedFile?, Problem?) Check(string? name, string type, ReadOnlyMemory<byte> bytes)
    {
        var faults = new List<FieldFault>();
        if (string.IsNullOrEmpty(name))
            faults.Add(new("filename", "required", "Give the name under which recipients see it, as ?filename=invoice.pdf or in Content-Disposition."));
        else if (name.Length > Limits.FileNameCharacters)
            faults.Add(new("filename", "too_long", $"This has {name.Length:N0} characters; at most {Limits.FileNameCharacters} are allowed."));
        else if (name.AsSpan().ContainsAny('/', '\\') || name.Any(char.IsControl))
            faults.Add(new("filename", "invalid", "This must be a file's name without a path and without control characters."));
        if (type.Length > Limits.WordCharacters || !MediaType.IsWellFormed(type))
            faults.Add(new("Content-Type", "invalid", $"This must be a media type of at most {Limits.WordCharacters} characters, such as application/pdf."));
        if (bytes.IsEmpty) faults.Add(new("", "required", "The file is empty."));
        return faults.Count > 0 ? (null, Problem.Invalid(faults)) : (new UploadedFile(name!, type, bytes), null);
    }

    private static Problem Malformed(string detail) => new(400, "malformed_form", "The body cannot be read as a form.", detail);
}
