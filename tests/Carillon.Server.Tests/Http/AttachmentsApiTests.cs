using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class AttachmentsApiTests : EngineApiTests
{
    private const string Path = "/v1/attachments";
    private static readonly byte[] Bytes = "%PDF-1.7 of a kind"u8.ToArray();

    private static ByteArrayContent File(string? type = "application/pdf", byte[]? bytes = null)
    {
        var content = new ByteArrayContent(bytes ?? Bytes);
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private Task<HttpResponseMessage> PostAsync(string path, HttpContent content) => Host.Client.PostAsync(path, content, Token);

    private Task<StoredAttachment> StoreAsync(string name = "invoice.pdf") => Api.Attachments.CreateAsync(name, "application/pdf", Bytes);

    [Fact]
    public async Task A_file_is_stored_and_given_back_as_it_was()
    {
        var stored = await StoreAsync("Rechnung für März.pdf");

        Assert.StartsWith("att_", stored.Id, StringComparison.Ordinal);
        Assert.Equal(("Rechnung für März.pdf", "application/pdf", Bytes.Length), (stored.Filename, stored.ContentType, stored.Size));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Bytes)), stored.Sha256);
        Assert.Equal(stored, await Api.Attachments.GetAsync(stored.Id));
        Assert.Equal(Bytes, await Api.Attachments.GetContentAsync(stored.Id));

        var content = await Host.Client.SendAsync("GET", $"{Path}/{stored.Id}/content");
        Assert.Equal("application/pdf", content.Content.Headers.ContentType!.ToString());
        Assert.Equal(("attachment", "Rechnung für März.pdf"), (content.Content.Headers.ContentDisposition!.DispositionType, content.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Contains("sandbox", content.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_file_has_one_id_and_another_name_another()
    {
        var id = (await StoreAsync()).Id;

        Assert.Equal(id, (await StoreAsync()).Id);
        Assert.NotEqual(id, (await StoreAsync("copy.pdf")).Id);
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
        var file = new Attachment { Id = (await StoreAsync()).Id };

        var sent = await SendAsync(file, new Attachment { Filename = "a.txt", Content = "a"u8.ToArray() });

        Assert.True(PublicId.TryParse(PublicId.Notification, sent.Id, out var id));
        var stored = await Host.Engine.Storage.Log.GetNotificationAsync(ApiHost.Tenant, id, Token);
        Assert.Equal(
            [("invoice.pdf", "application/pdf", (long)Bytes.Length), ("a.txt", "application/octet-stream", 1L)],
            stored!.Notification.Details!.Attachments!.Select(a => (a.FileName, a.ContentType, a.Size)));
    }

    [Theory]
    [InlineData("att_00000000000000000000000000", null, "not_found")]
    [InlineData("nonsense", null, "invalid")]
    [InlineData("att_00000000000000000000000000", "b", "conflict")]
    public async Task A_stored_file_that_is_not_there_is_a_fault(string id, string? filename, string code) =>
        Assert.Equal("attachments[0].id:" + code, (await SendAsync(new Attachment { Id = id, Filename = filename }).FaultsAsync()).First());

    [Fact]
    public async Task Stored_files_together_may_not_be_larger_than_25_megabytes()
    {
        var files = new List<Attachment>();
        for (byte i = 0; i < 2; i++)
            files.Add(new Attachment { Id = (await Api.Attachments.CreateAsync($"{i}.bin", "application/pdf", (byte[])[i, .. new byte[13 << 20]])).Id });

        Assert.Equal("too_long", (await SendAsync([.. files]).RefusedAsync()).Errors[0].Code);
    }

    [Fact]
    public async Task Files_of_another_tenant_are_not_there()
    {
        var id = (await StoreAsync()).Id;
        var stranger = await Host.ApiAsync(new TenantId(2), Scopes.Send, Scopes.Read);

        Assert.Equal(HttpStatusCode.NotFound, await stranger.Attachments.GetAsync(id).StatusAsync());
        Assert.Equal(HttpStatusCode.NotFound, await stranger.Attachments.GetContentAsync(id).StatusAsync());
        Assert.Equal(["attachments[0].id:not_found"], await stranger.Notifications.SendAsync(Mail(new Attachment { Id = id })).FaultsAsync());
    }

    private Task<AcceptedNotification> SendAsync(params Attachment[] attachments) => Api.Notifications.SendAsync(Mail(attachments));

    private static NotificationRequest Mail(params Attachment[] attachments) => new()
    {
        Recipient = new Recipient { Email = "ana@example.net" },
        Channel = KnownChannels.Email,
        Subject = "s",
        Message = "m",
        Attachments = attachments,
    };
}
