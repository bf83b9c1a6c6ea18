namespace Carillon.Channels.Simulator;
internal static class SimulatorGateway { public static readonly GatewayKind Kind = null!; }
