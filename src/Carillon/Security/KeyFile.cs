using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Security;

/// <summary>
/// The key that an installation makes for itself when it is given none: <c>encryption.key</c> in the data directory. It holds what
/// <c>ENCRYPTION_KEY</c> would, and nobody but its owner may read it. Whoever loses it loses every stored credential: it belongs
/// into the backup, apart from the database.
/// </summary>
public static partial class KeyFile
{
    public const string FileName = "encryption.key";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the file, or makes it with a random key when there is none.</summary>
    /// <param name="directory">The data directory; made, for its owner alone, when it is not there.</param>
    /// <param name="created">It was made now.</param>
    /// <exception cref="KeyFileException">Others may read it, it holds no key, or the disk does not let it be read or made; the message says what to do.</exception>
    public static KeyRing OpenOrCreate(string directory, out bool created)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            created = !File.Exists(path) && TryCreate(path);
            return Read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"{path} can be neither read nor made: {exception.Message}", exception);
        }
    }

    private static KeyRing Read(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
                throw new KeyFileException($"{path} can be read or changed by others. Run: chmod 600 {path}");
        }

        var lines = File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0);
        if (KeyRing.TryParse(string.Join(',', lines), out var ring, out var faults)) return ring;
        throw new KeyFileException($"{path}: {string.Join(' ', faults)} Restore it from a backup; a new one cannot open what the old one sealed.");
    }

    /// <summary>The file appears whole or not at all, and is never replaced. False when another process was first.</summary>
    private static bool TryCreate(string path)
    {
        // A name of its own, so that two that start at once do not write into one file.
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            using (var file = new FileStream(draft, options))
            {
                var text = EncryptionKey.Base64Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(EncryptionKey.Length)) + "\n";
                file.Write(Encoding.ASCII.GetBytes(text));
                // On the disk before anything can be sealed with it.
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
            FlushDirectory(path);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>A new name is only safe from a power cut when its directory is on the disk too. .NET opens no directories.</summary>
    private static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        const int readOnly = 0;
        var handle = Open(Path.GetDirectoryName(Path.GetFullPath(path))!, readOnly);
        if (handle < 0) return;
        _ = Flush(handle);
        _ = Close(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}

/// <summary>The key file cannot be used as it is; the message says what to do about it.</summary>
public sealed class KeyFileException(string message, Exception? inner = null) : Exception(message, inner);
