using System.Collections;
using Carillon.Server;
using Carillon.Server.Api;
using Carillon.Server.Commands;
using Carillon.Server.Configuration;
using Carillon.Server.Demo;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
if (CommandLine.Parse(args) is not { } commandLine)
    return await CarillonCommands.RunAsync(args, new Terminal(Console.Out, Console.Error, Console.In, environment, Connection.DefaultFile()));

switch (commandLine.Command)
{
    case ProgramCommand.Help:
        Console.Out.Write(ConfigurationHelp.Text());
        return ExitCode.Done;
    case ProgramCommand.Version:
        Console.Out.WriteLine(HealthApi.Version);
        return ExitCode.Done;
}

var read = ConfigurationReader.Read(commandLine.Settings, environment, DataDirectory.Default(), path => File.Exists(path) ? File.ReadAllText(path) : null);
foreach (var warning in read.Warnings) Console.Error.WriteLine("Warning: " + warning);
foreach (var fault in read.Faults) Console.Error.WriteLine(fault);
if (read.Faults.Count > 0) return ExitCode.WrongUse;

return commandLine.Command == ProgramCommand.Demo
    ? await DemoCommand.RunAsync(read.Options, Console.Out, Console.Error)
    : await ServeCommand.RunAsync(read.Options, Console.Out, Console.Error);
