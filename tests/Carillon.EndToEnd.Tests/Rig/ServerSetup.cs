using System.Globalization;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>How a server is started; the same for each start on the same data.</summary>
internal sealed class ServerSetup(string data)
{
    public string Data { get; } = data;

    public int Port { get; init; } = FreePort.Find();

    public IReadOnlyList<string> Arguments { get; init; } = ["serve"];

    /// <summary>Variables beside those for data and port.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>The key of the administrator, once a first start has printed it.</summary>
    public string? Key { get; set; }

    /// <summary>Nothing of the tests' own environment may configure the server.</summary>
    public void ApplyTo(IDictionary<string, string?> variables)
    {
        string[] own = ["DATABASE_URL", "ENCRYPTION_KEY", "LOG_LEVEL", "PUBLIC_URL"];
        foreach (var name in variables.Keys.ToList())
        {
            if (own.Contains(name) || name.StartsWith("CARILLON_", StringComparison.Ordinal) || name.StartsWith("NOTIFICATIONS_", StringComparison.Ordinal)
                || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal))
            {
                variables.Remove(name);
            }
        }

        variables["CARILLON_DATA"] = Data;
        variables["NOTIFICATIONS_HOST"] = "127.0.0.1";
        variables["NOTIFICATIONS_PORT"] = Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in Environment) variables[name] = value;
    }
}
