using System.Globalization;
using Carillon.Storage.Bench;

// dotnet run -c Release --project bench/Carillon.Storage.Bench -- [parts …] [--count 200000] [--group 100] [--tenants 1] [--contacts] [--keys] [--variables 1000]
//   [--backlogs 10000,1000000] [--directory /var/tmp/carillon-bench] [--url postgresql://user:password@host:port/database]
// Parts: raw, accept, copy (PostgreSQL alone), life, pipeline (the engine with a gateway that takes everything at once), claims, and search, which needs what claims left. All of them unless some are named.
var options = BenchOptions.Parse(args);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{options.Count:N0} messages in groups of {options.Group}, {options.Tenants} tenants, at {(options.Url is null ? options.Directory : "PostgreSQL")}"));

var floor = 0.0;
if (options.Runs("raw")) floor = options.Url is null ? RawBench.Run(options) : await RawPostgreSqlBench.RunAsync(options);
if (options.Runs("accept")) await LifeBench.RunAsync(options, withOutcomes: false, floor);
if (options.Url is not null && options.Runs("copy")) await CopyBench.RunAsync(options);
if (options.Runs("life")) await LifeBench.RunAsync(options, withOutcomes: true, floor);
if (options.Runs("pipeline")) await PipelineBench.RunAsync(options, floor);
if (options.Runs("claims")) await ClaimBench.RunAsync(options);
if (options.Runs("search")) await SearchBench.RunAsync(options);
