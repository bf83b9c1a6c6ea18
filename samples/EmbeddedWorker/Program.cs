using Carillon;
using EmbeddedWorker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A worker that has the whole engine in it: no server, no second process.
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddCarillon(options =>
{
    options.DataDirectory = builder.Configuration["data"] ?? "carillon-data";
    options.Engine = new CarillonOptions { DrainTimeout = TimeSpan.FromSeconds(10) };
});
builder.Services.AddHostedService<InvoiceWorker>();
await builder.Build().RunAsync();
