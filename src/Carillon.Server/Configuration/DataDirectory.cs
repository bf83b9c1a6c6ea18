namespace Carillon.Server.Configuration;

/// <summary>Where data goes when nobody says.</summary>
internal static class DataDirectory
{
    /// <summary>
    /// <c>~/.local/share/carillon</c> (or below <c>XDG_DATA_HOME</c>), <c>~/Library/Application Support/carillon</c>,
    /// <c>%LOCALAPPDATA%\carillon</c>; a user without a home gets <c>./carillon-data</c>.
    /// </summary>
    public static string Default()
    {
        var user = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return user.Length == 0 ? Path.GetFullPath("carillon-data") : Path.Combine(user, "carillon");
    }
}
