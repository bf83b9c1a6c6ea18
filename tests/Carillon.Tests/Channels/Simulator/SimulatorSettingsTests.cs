using Carillon.Channels;
using Carillon.Channels.Simulator;

namespace Carillon.Tests.Channels.Simulator;

public sealed class SimulatorSettingsTests
{
    [Fact]
    public void All_settings_are_optional() => Assert.Empty(SimulatorGateway.Kind.Check(Sample.Settings("{}")));

    [Fact]
    public void Every_setting_can_be_given() => Assert.Empty(SimulatorGateway.Kind.Check(Sample.Settings("""
        {
          "latency_ms": {"min": 5, "max": 20}, "failure_rate": 0.1, "reject_rate": 0.2, "throttle_rate": 0.3, "lost_answer_rate": 0.4,
          "retry_after_ms": 250, "outage": false, "per_second": 100, "seed": -5, "cost": "0.0075", "currency": "KES"
        }
        """)));

    [Theory]
    [InlineData("""{"latency_ms":-1}""", "settings.latency_ms", "out_of_range")]
    [InlineData("""{"latency_ms":"fast"}""", "settings.latency_ms", "invalid")]
    [InlineData("""{"latency_ms":{"min":10}}""", "settings.latency_ms.max", "required")]
    [InlineData("""{"latency_ms":{"min":10,"max":5}}""", "settings.latency_ms.max", "conflict")]
    [InlineData("""{"latency_ms":{"min":1,"max":2,"mean":1}}""", "settings.latency_ms.mean", "unknown_field")]
    [InlineData("""{"latency_ms":{"min":"1","max":2}}""", "settings.latency_ms.min", "invalid")]
    [InlineData("""{"failure_rate":1.1}""", "settings.failure_rate", "out_of_range")]
    [InlineData("""{"failure_rate":0.6,"reject_rate":0.6}""", "settings.failure_rate", "conflict")]
    [InlineData("""{"per_second":0}""", "settings.per_second", "out_of_range")]
    [InlineData("""{"per_second":1.5}""", "settings.per_second", "invalid")]
    [InlineData("""{"cost":"0.01"}""", "settings.currency", "required")]
    [InlineData("""{"cost":"1e3","currency":"USD"}""", "settings.cost", "invalid")]
    [InlineData("""{"cost":"0.01","currency":"usd"}""", "settings.currency", "invalid")]
    [InlineData("""{"fail_rate":1}""", "settings.fail_rate", "unknown_field")]
    public void A_fault_is_told_by_its_field(string settings, string field, string code)
    {
        var fault = Assert.Single(SimulatorGateway.Kind.Check(Sample.Settings(settings)));
        Assert.Equal((field, code), (fault.Field, fault.Code));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var faults = SimulatorGateway.Kind.Check(Sample.Settings("""{"outage":1,"seed":"x","latencyms":1}""", """{"password":"x"}"""));
        Assert.Equal(["settings.outage", "settings.seed", "settings.latencyms", "credentials.password"], faults.Select(f => f.Field));
    }

    [Fact]
    public void Settings_that_were_not_checked_make_no_gateway() => Assert.Throws<ArgumentException>(() =>
        SimulatorGateway.Kind.Create(Sample.Provider("simulator", """{"outage":1}"""), new GatewayServices(TimeProvider.System, new SimulatorOutbox())));
}
