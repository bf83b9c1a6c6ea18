using System.Collections;
using Carillon.Server;
using Carillon.Server.Api;
using Carillon.Server.Configuration;
using Carillon.Server.Demo;

const int WrongUse = 2;

if (CommandLine.Parse(args) is not { } commandLine)
{
    Console.Error.WriteLine($"There is no command {args[0]}; there are serve and demo. --help tells more.");
    return WrongUse;
}

switch (commandLine.Command)
{
    case Command.Help:
        Console.Out.Write(ConfigurationHelp.Text());
        return 0;
    case Command.Version:
        Console.Out.WriteLine(HealthApi.Version);
        return 0;
}

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
var read = ConfigurationReader.Read(commandLine.Settings, environment, DataDirectory.Default(), path => File.Exists(path) ? File.ReadAllText(path) : null);
foreach (var warning in read.Warnings) Console.Error.WriteLine("Warning: " + warning);
foreach (var fault in read.Faults) Console.Error.WriteLine(fault);
if (read.Faults.Count > 0) return WrongUse;

return commandLine.Command == Command.Demo
    ? await DemoCommand.RunAsync(read.Options, Console.Out, Console.Error)
    : await ServeCommand.RunAsync(read.Options, Console.Out, Console.Error);
