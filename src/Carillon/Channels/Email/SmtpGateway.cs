namespace Carillon.Channels.Email;
internal static class SmtpGateway { public static readonly GatewayKind Kind = null!; }
