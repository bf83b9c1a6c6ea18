using Carillon.Messages;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary>Why a message is not sent again, as callers see it.</summary>
internal static class RetryAnswer
{
    private const string Title = "The message cannot be sent again.";

    public static Problem ProblemOf(RetryResult.Refused refused) => refused.Why switch
    {
        RetryRefusal.NotFailed => new Problem(409, "not_failed", Title,
            $"Its status is {refused.Status.Name()}: only what has failed or bounced is sent again. Send a new notification instead."),
        RetryRefusal.Cancelled => new Problem(409, "cancelled", Title, "Its notification was cancelled. Send a new notification instead."),
        RetryRefusal.Expired => new Problem(409, "expired", Title, "The expires_at of its notification has passed. Send a new notification instead."),
        RetryRefusal.SecretsErased => new Problem(409, "secrets_erased", Title,
            "Its secret variables were erased, as they are some time after a failure, so that it cannot be rendered any more. Send a new notification with them."),
        RetryRefusal.ContentGone => new Problem(409, "content_gone", Title,
            "The version of its template, or an attachment of it, is no longer stored. Send a new notification instead."),
        _ => new Problem(409, "superseded", Title,
            "A later step of its plan has begun and is on its way, was sent or perhaps was: both would reach the recipient."),
    };
}
