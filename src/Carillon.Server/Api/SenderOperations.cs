using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>The domains whose mail is signed.</summary>
internal static class SenderOperations
{
    public static readonly ApiOperation CreateSender = new("createSender", "Providers", "Have a domain's mail signed; the answer says what belongs into the DNS")
    {
        Body = typeof(ApiShapes.Sender),
        Answer = typeof(ApiShapes.StoredSender),
        Status = 201,
        Problems = [400, 401, 403, 409, 413, 415, 422],
        Example = """
            { "domain": "example.net" }
            """,
    };

    public static readonly ApiOperation ListSenders = new("listSenders", "Providers", "The tenant's senders, oldest first")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredSender>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetSender = new("getSender", "Providers", "A sender")
    {
        Answer = typeof(ApiShapes.StoredSender),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation DeleteSender = new("deleteSender", "Providers", "Delete a sender with its key")
    {
        Status = 204,
        Problems = [401, 403, 404],
    };
}
