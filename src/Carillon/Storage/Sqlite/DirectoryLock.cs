namespace Carillon.Storage.Sqlite;

/// <summary>
/// The lock on a data directory: a file kept open without sharing. The system lets go of it when the process ends, however it ends.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StorageStartException">Another process has it, or the directory cannot be written.</exception>
    public static DirectoryLock Take(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException(
                $"The data directory {directory} cannot be made: {e.Message} Make it writable for this user, or name another with CARILLON_DATA.", e);
        }

        var path = Path.Combine(directory, "carillon.lock");
        try
        {
            return new DirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageStartException(
                $"The data directory {directory} cannot be written: {e.Message} Make it writable for this user, or name another with CARILLON_DATA.", e);
        }
        catch (IOException e) when (IsShared(e))
        {
            throw new StorageStartException(
                $"Another Carillon uses the data directory {directory}. Stop it first, or name another directory with CARILLON_DATA.", e);
        }
        catch (IOException e)
        {
            throw new StorageStartException($"The data directory {directory} cannot be used: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK (11 on Linux, 35 on macOS) from flock, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsShared(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32;
}
