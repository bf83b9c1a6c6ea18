using System.Runtime.Versioning;
using Carillon.Security;

namespace Carillon.Tests.Security;

public sealed class KeyFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-key-");

    private string FilePath => Path.Combine(_directory.FullName, KeyFile.FileName);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_data_directory_is_made_for_its_owner_alone_when_it_is_not_there()
    {
        var parent = Directory.CreateTempSubdirectory("carillon-key-");
        try
        {
            var data = Path.Combine(parent.FullName, "share", "carillon");

            KeyFile.OpenOrCreate(data, out var created);

            Assert.True(created);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_first_start_makes_a_key_and_the_next_reads_it()
    {
        var first = KeyFile.OpenOrCreate(_directory.FullName, out var created);
        Assert.True(created);
        var second = KeyFile.OpenOrCreate(_directory.FullName, out created);
        Assert.False(created);
        Assert.Equal(first.Names, second.Names);
        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public void Two_installations_have_different_keys()
    {
        var first = KeyFile.OpenOrCreate(_directory.FullName, out _);
        var other = KeyFile.OpenOrCreate(_directory.CreateSubdirectory("other").FullName, out _);
        Assert.NotEqual(first.Names, other.Names);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_file_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        KeyFile.OpenOrCreate(_directory.FullName, out _);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_others_can_read_or_change_is_refused(UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        KeyFile.OpenOrCreate(_directory.FullName, out _);
        File.SetUnixFileMode(FilePath, File.GetUnixFileMode(FilePath) | mode);
        var fault = Assert.Throws<KeyFileException>(() => KeyFile.OpenOrCreate(_directory.FullName, out _));
        Assert.Contains($"chmod 600 {FilePath}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_that_start_at_once_come_to_one_key()
    {
        var names = new string[16];
        await Parallel.ForAsync(0, names.Length, (i, _) =>
        {
            names[i] = KeyFile.OpenOrCreate(_directory.FullName, out var _).Names;
            return ValueTask.CompletedTask;
        });
        Assert.Single(names.Distinct());
        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public void Two_lines_are_a_rotation()
    {
        Write($"{Keys.Text(0xBB)}\n{Keys.Text(0xAA)}\n");
        Assert.Equal(Keys.BThenA.Names, KeyFile.OpenOrCreate(_directory.FullName, out _).Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("base64:AAAA\n")]
    public void A_damaged_file_is_never_replaced(string content)
    {
        Write(content);
        var fault = Assert.Throws<KeyFileException>(() => KeyFile.OpenOrCreate(_directory.FullName, out _));
        Assert.Contains("backup", fault.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_told_as_such()
    {
        var file = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(file, "");
        var below = Path.Combine(file, "data");
        var fault = Assert.Throws<KeyFileException>(() => KeyFile.OpenOrCreate(below, out _));
        Assert.Contains(below, fault.Message, StringComparison.Ordinal);
    }

    private void Write(string content)
    {
        File.WriteAllText(FilePath, content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
