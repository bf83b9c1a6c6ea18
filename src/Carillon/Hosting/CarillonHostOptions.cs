using Carillon.Channels;
using Carillon.Security;
using Carillon.Storage;
using Microsoft.Extensions.Options;

namespace Carillon.Hosting;

/// <summary>
/// How an application hosts the engine. Checked at start, everything that is wrong at once
/// (<see cref="OptionsValidationException.Failures"/>).
/// </summary>
public sealed class CarillonHostOptions
{
    /// <summary>
    /// Where the database and the encryption key are; made when it is not there. One process at a time has it. Required, unless
    /// <see cref="Storage"/> and <see cref="EncryptionKey"/> are both given.
    /// </summary>
    public string? DataDirectory { get; set; }

    /// <summary>The SQLite file, when it is to stand elsewhere than <c>carillon.db</c> in the data directory.</summary>
    public string? DatabaseFile { get; set; }

    /// <summary>
    /// Encrypts stored credentials and secret variables; as <c>ENCRYPTION_KEY</c> of the server. Null for a key that is made on the first start
    /// and kept in the data directory.
    /// </summary>
    public string? EncryptionKey { get; set; }

    /// <summary>Bounds, retries, drain. A host waits for the drain; see <see cref="CarillonOptions.DrainTimeout"/>.</summary>
    public CarillonOptions Engine { get; set; } = new();

    /// <summary>Makes another storage engine than SQLite in the data directory. The engine disposes of it.</summary>
    public Func<IServiceProvider, IStorage>? Storage { get; set; }

    /// <summary>The gateways that there are; null for all that are built in.</summary>
    public GatewayCatalog? Gateways { get; set; }
}

internal sealed class CarillonHostOptionsCheck : IValidateOptions<CarillonHostOptions>
{
    public ValidateOptionsResult Validate(string? name, CarillonHostOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.DataDirectory) && (options.Storage is null || options.EncryptionKey is null))
            faults.Add("DataDirectory is missing: say where the database and the encryption key are to be kept.");
        if (options.Storage is not null && options.DatabaseFile is not null)
            faults.Add("DatabaseFile has no meaning beside Storage: give one of them.");
        if (options.EncryptionKey is not null && !KeyRing.TryParse(options.EncryptionKey, out _, out var keyFaults))
            faults.AddRange(keyFaults.Select(f => "EncryptionKey: " + f));
        if (options.Engine is null) faults.Add("Engine is null: leave it as it is, or give options.");
        else faults.AddRange(options.Engine.Check().Select(f => "Engine." + f));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
