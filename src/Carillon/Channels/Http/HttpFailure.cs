using System.Net.Sockets;
using System.Security.Authentication;

namespace Carillon.Channels.Http;

/// <summary>What a failure of the transport means for the message. Its texts name the host, never the URL: that may hold a key.</summary>
internal static class HttpFailure
{
    /// <param name="hasBegun">Whether the request had begun to leave.</param>
    /// <param name="isWithdrawn">Whether the caller ended it, and not the time.</param>
    public static SendResult Describe(Exception failure, Uri url, bool hasBegun, bool isWithdrawn)
    {
        var server = url.Authority;
        if (!hasBegun) return SendResult.Unavailable(isWithdrawn ? "Withdrawn before it was sent." : BeforeDeparture(failure, server));
        return SendResult.Unknown(failure switch
        {
            OperationCanceledException => isWithdrawn ? $"Withdrawn while {server} had not answered." : $"{server} did not answer in time.",
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => $"What {server} answered is not HTTP.",
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => $"The headers of {server}'s answer are too large.",
            _ => $"The connection to {server} broke before the answer came.",
        });
    }

    private static string BeforeDeparture(Exception failure, string server)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressRefusedException:
                    return cause.Message;
                case AuthenticationException:
                    return $"No secure connection to {server}: {cause.Message}";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"The name of {server} was not found.";
                case SocketException socket:
                    return $"No connection to {server}: {socket.SocketErrorCode}.";
            }
        }

        return failure switch
        {
            OperationCanceledException => $"No connection to {server} within the time.",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"No secure connection to {server}.",
            _ => $"The request could not be sent to {server}.",
        };
    }
}
