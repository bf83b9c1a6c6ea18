using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class AttachmentsApiTests : IAsyncLifetime
{
    private const string Path = "/v1/attachments";
    private static readonly byte[] Bytes = "%PDF-1.7 of a kind"u8.ToArray();
    private EngineHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static ByteArrayContent File(string? type = "application/pdf", byte[]? bytes = null)
    {
        var content = new ByteArrayContent(bytes ?? Bytes);
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private Task<HttpResponseMessage> PostAsync(string path, HttpContent content) => _host.Client.PostAsync(path, content, TestContext.Current.CancellationToken);

    private async Task<JsonElement> StoreAsync(string name = "invoice.pdf")
    {
        var response = await PostAsync($"{Path}?filename={name}", File());
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await ApiHost.JsonAsync(response);
    }

    [Fact]
    public async Task A_file_is_stored_and_given_back_as_it_was()
    {
        var stored = await StoreAsync("Rechnung%20f%C3%BCr%20M%C3%A4rz.pdf");
        var id = stored.GetProperty("id").GetString();

        Assert.StartsWith("att_", id, StringComparison.Ordinal);
        Assert.Equal("Rechnung für März.pdf", stored.GetProperty("filename").GetString());
        Assert.Equal((Bytes.Length, "application/pdf"), (stored.GetProperty("size").GetInt32(), stored.GetProperty("content_type").GetString()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Bytes)), stored.GetProperty("sha256").GetString());
        Assert.Equal(stored.GetRawText(), await _host.Client.GetStringAsync($"{Path}/{id}", TestContext.Current.CancellationToken));

        var content = await _host.Client.GetAsync($"{Path}/{id}/content", TestContext.Current.CancellationToken);
        Assert.Equal(Bytes, await content.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/pdf", content.Content.Headers.ContentType!.ToString());
        Assert.Equal(("attachment", "Rechnung für März.pdf"), (content.Content.Headers.ContentDisposition!.DispositionType, content.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Contains("sandbox", content.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_file_has_one_id_and_another_name_another()
    {
        var id = (await StoreAsync()).GetProperty("id").GetString();

        Assert.Equal(id, (await StoreAsync()).GetProperty("id").GetString());
        Assert.NotEqual(id, (await StoreAsync("copy.pdf")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_form_with_one_file_is_taken_and_content_disposition_names_a_body()
    {
        using var form = new MultipartFormDataContent { { new StringContent("not a file"), "note" }, { File("text/plain"), "file", "a.txt" } };
        var stored = await ApiHost.JsonAsync(await PostAsync(Path, form));
        Assert.Equal(("a.txt", "text/plain"), (stored.GetProperty("filename").GetString(), stored.GetProperty("content_type").GetString()));

        var named = File();
        named.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = "b.pdf" };
        Assert.Equal("b.pdf", (await ApiHost.JsonAsync(await PostAsync(Path, named))).GetProperty("filename").GetString());
    }

    [Theory]
    [InlineData("", "application/pdf", 422, "filename")]
    [InlineData("?filename=", "application/pdf", 422, "filename")]
    [InlineData("?filename=..%2Fetc%2Fpasswd", "application/pdf", 422, "filename")]
    [InlineData("?filename=a%0D%0Ab", "application/pdf", 422, "filename")]
    [InlineData("?filename=a&filename=b", "application/pdf", 422, "filename")]
    [InlineData("?filename=a", "application/x-www-form-urlencoded", 415, null)]
    [InlineData("?filename=a", "multipart/form-data", 400, null)]
    [InlineData("?filename=a", "multipart/form-data; boundary=x", 400, null)]
    public async Task What_is_no_file_is_refused(string query, string type, int status, string? field)
    {
        var response = await PostAsync(Path + query, File(type));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        if (field is not null) Assert.Equal(field, (await ApiHost.JsonAsync(response)).GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Empty_and_oversized_files_are_refused_and_a_form_with_two()
    {
        Assert.Equal(422, (int)(await PostAsync(Path + "?filename=a", File(bytes: []))).StatusCode);
        Assert.Equal(413, (int)(await PostAsync(Path + "?filename=a", File(bytes: new byte[(25 << 20) + 1]))).StatusCode);
        Assert.Equal(201, (int)(await PostAsync(Path + "?filename=a", File(bytes: new byte[25 << 20]))).StatusCode);
        using var two = new MultipartFormDataContent { { File(), "file", "a.txt" }, { File(), "file", "b.txt" } };
        Assert.Equal(422, (int)(await PostAsync(Path, two)).StatusCode);
    }

    [Fact]
    public async Task A_notification_names_a_stored_file_in_place_of_bringing_it()
    {
        var id = (await StoreAsync()).GetProperty("id").GetString();

        var sent = await SendAsync($$"""[{"id":"{{id}}"},{"filename":"a.txt","content":"YQ=="}]""");
        Assert.Equal(HttpStatusCode.Accepted, sent.StatusCode);
        var stored = await _host.Engine.Storage.Log.GetNotificationAsync(
            ApiHost.Tenant, PublicId.TryParse(PublicId.Notification, (await ApiHost.JsonAsync(sent)).GetProperty("id").GetString(), out var notification) ? notification : default,
            TestContext.Current.CancellationToken);
        Assert.Equal(
            [("invoice.pdf", "application/pdf", (long)Bytes.Length), ("a.txt", "application/octet-stream", 1L)],
            stored!.Notification.Details!.Attachments!.Select(a => (a.FileName, a.ContentType, a.Size)));
    }

    [Theory]
    [InlineData("""[{"id":"att_00000000000000000000000000"}]""", "attachments[0].id", "not_found")]
    [InlineData("""[{"id":"nonsense"}]""", "attachments[0].id", "invalid")]
    [InlineData("""[{"id":"att_00000000000000000000000000","filename":"b"}]""", "attachments[0].id", "conflict")]
    public async Task A_stored_file_that_is_not_there_is_a_fault(string attachments, string field, string code)
    {
        var response = await SendAsync(attachments);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var fault = (await ApiHost.JsonAsync(response)).GetProperty("errors")[0];
        Assert.Equal((field, code), (fault.GetProperty("field").GetString(), fault.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Stored_files_together_may_not_be_larger_than_25_megabytes()
    {
        var ids = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            var response = await PostAsync($"{Path}?filename={i}.bin", File(bytes: [(byte)i, .. new byte[13 << 20]]));
            ids.Add((await ApiHost.JsonAsync(response)).GetProperty("id").GetString());
        }

        var sent = await SendAsync($$"""[{"id":"{{ids[0]}}"},{"id":"{{ids[1]}}"}]""");

        Assert.Equal("too_long", (await ApiHost.JsonAsync(sent)).GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Files_of_another_tenant_are_not_there()
    {
        var id = (await StoreAsync()).GetProperty("id").GetString();
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await _host.AddKeyAsync(new TenantId(2), Scopes.Send, Scopes.Read));

        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync($"{Path}/{id}", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync($"{Path}/{id}/content", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync($$"""[{"id":"{{id}}"}]""")).StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(string attachments) => PostAsync(
        "/v1/notifications",
        new StringContent($$"""{"recipient":{"email":"ana@example.net"},"channel":"email","subject":"s","message":"m","attachments":{{attachments}}}""", Encoding.UTF8, "application/json"));
}
