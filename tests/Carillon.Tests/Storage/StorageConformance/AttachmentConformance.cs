using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class AttachmentConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task A_file_is_given_back_as_it_was_stored()
    {
        var file = File();

        Assert.Equal(file, await Store.Attachments.AddAsync(file, "abc"u8.ToArray(), Cancellation));

        await ReopenAsync();
        Assert.Equal(file, await Store.Attachments.GetAsync(Tenant, file.Id, Cancellation));
        Assert.Equal("abc"u8.ToArray(), await Log.GetBlobAsync(Tenant, file.Hash, Cancellation));
    }

    [Fact]
    public async Task The_same_bytes_under_the_same_name_and_type_are_one_file()
    {
        var first = await Store.Attachments.AddAsync(File(), "abc"u8.ToArray(), Cancellation);

        Assert.Equal(first, await Store.Attachments.AddAsync(File() with { CreatedAt = Now.AddDays(1) }, "abc"u8.ToArray(), Cancellation));
        Assert.NotEqual(first.Id, (await Store.Attachments.AddAsync(File() with { FileName = "other" }, "abc"u8.ToArray(), Cancellation)).Id);
        Assert.NotEqual(first.Id, (await Store.Attachments.AddAsync(File() with { ContentType = "text/html" }, "abc"u8.ToArray(), Cancellation)).Id);
    }

    [Fact]
    public async Task Bytes_that_came_with_a_notification_are_not_stored_again()
    {
        var notification = MakeNotification();
        await AcceptAsync(new AcceptWrite { Tenant = Tenant, At = Now, Notifications = [notification], Blobs = [new Blob("h1", "abc"u8.ToArray())] });

        await Store.Attachments.AddAsync(File(), "abc"u8.ToArray(), Cancellation);

        Assert.Equal("abc"u8.ToArray(), await Log.GetBlobAsync(Tenant, "h1", Cancellation));
    }

    [Fact]
    public async Task Nobody_sees_the_files_of_another()
    {
        var mine = await Store.Attachments.AddAsync(File(), "abc"u8.ToArray(), Cancellation);
        var theirs = await Store.Attachments.AddAsync(File() with { Tenant = Other }, "abc"u8.ToArray(), Cancellation);

        Assert.NotEqual(mine.Id, theirs.Id);
        Assert.Null(await Store.Attachments.GetAsync(Other, mine.Id, Cancellation));
        Assert.Null(await Store.Attachments.GetAsync(Tenant, theirs.Id, Cancellation));
        Assert.Null(await Store.Attachments.GetAsync(Tenant, Ids.Next(), Cancellation));
    }

    private StoredAttachment File() => new(Tenant, Ids.Next(), "a.txt", "text/plain", "h1", 3, Now);
}
