using static Carillon.Mail.Bounces.ReturnReason;

namespace Carillon.Mail.Bounces;

/// <summary>Enhanced status codes to reasons: RFC 3463 and the codes registered since (RFC 7372, 7505, 6710, 8460 and others).</summary>
internal static class StatusReasons
{
    /// <summary>
    /// The reason that subject and detail name on their own, or null where they leave it open (such as <c>x.0.0</c> and <c>x.7.1</c>).
    /// </summary>
    public static ReturnReason? Of(string status)
    {
        int dot = status.IndexOf('.');
        return dot < 0 ? null : status[(dot + 1)..] switch
        {
            "1.0" or "1.1" or "1.3" or "1.5" => UserUnknown,
            "1.2" => HostUnknown,
            "1.4" => Filtered,
            "1.6" => HasMoved,
            "1.7" or "1.8" => Rejected,
            "1.9" => SystemError,
            "1.10" => NotAccept,
            "2.0" or "2.1" or "2.4" => Filtered,
            "2.2" => MailboxFull,
            "2.3" => ExceedLimit,
            "3.0" or "3.3" or "3.5" => SystemError,
            "3.1" => SystemFull,
            "3.2" => NotAccept,
            "3.4" => MesgTooBig,
            "4.0" or "4.1" or "4.7" => Expired,
            "4.2" or "4.6" => NetworkError,
            "4.3" or "4.5" => SystemError,
            "4.4" => HostUnknown,
            "5.1" or "5.2" or "5.4" or "5.5" or "5.6" => SyntaxError,
            "5.3" => TooManyConn,
            "7.4" or "7.5" or "7.6" or "7.7" => SecurityError,
            "7.10" or "7.11" or "7.8" => SecurityError,
            "7.13" => Suspend,
            "7.17" => HasMoved,
            "7.19" => RequirePtr,
            "7.20" or "7.21" or "7.22" or "7.23" or "7.24" or "7.26" or "7.27" => AuthFailure,
            "7.25" => RequirePtr,
            "7.28" => TooManyConn,
            var detail when detail.StartsWith("6.", StringComparison.Ordinal) => ContentError,
            _ => null,
        };
    }
}
