using Carillon.Security;

namespace Carillon.Server.Http;

/// <summary>Answers a request that carries a key with the scope that the route asks for.</summary>
internal delegate Task ApiHandler(HttpContext context, ApiKey key);

/// <summary>Maps the routes of the API, each behind the scope that it needs.</summary>
internal sealed class ApiEndpoints(IEndpointRouteBuilder routes, Authenticator authenticator, RequestLimiter limiter)
{
    public IEndpointConventionBuilder Get(string pattern, string scope, ApiHandler handler) => Map("GET", pattern, scope, handler);

    public IEndpointConventionBuilder Post(string pattern, string scope, ApiHandler handler) => Map("POST", pattern, scope, handler);

    public IEndpointConventionBuilder Put(string pattern, string scope, ApiHandler handler) => Map("PUT", pattern, scope, handler);

    public IEndpointConventionBuilder Delete(string pattern, string scope, ApiHandler handler) => Map("DELETE", pattern, scope, handler);

    private IEndpointConventionBuilder Map(string method, string pattern, string scope, ApiHandler handler)
    {
        return routes.MapMethods(pattern, [method], Invoke);

        Task Invoke(HttpContext context)
        {
            var found = authenticator.FindAsync(context.Request);
            return found.IsCompletedSuccessfully ? Go(context, found.Result) : GoAsync(context, found);
        }

        async Task GoAsync(HttpContext context, ValueTask<ApiKey?> found) => await Go(context, await found);

        Task Go(HttpContext context, ApiKey? key)
        {
            if (key is null)
            {
                Problem.Unauthorized($"Send Authorization: Bearer ck_… with a valid key that has the scope {scope}.").WriteTo(context);
                return Task.CompletedTask;
            }

            var checking = limiter.CheckAsync(context, key);
            return checking.IsCompletedSuccessfully ? GoOn(context, key, checking.Result) : GoOnAsync(context, key, checking);
        }

        async Task GoOnAsync(HttpContext context, ApiKey key, ValueTask<Problem?> checking) => await GoOn(context, key, await checking);

        Task GoOn(HttpContext context, ApiKey key, Problem? overLimit)
        {
            var problem = overLimit ?? (Allows(key, scope) ? null : Problem.Forbidden($"It lacks the scope {scope}."));
            if (problem is null) return handler(context, key);
            problem.WriteTo(context);
            return Task.CompletedTask;
        }
    }

    private static bool Allows(ApiKey key, string scope)
    {
        for (var i = 0; i < key.Scopes.Count; i++)
        {
            if (key.Scopes[i] == scope || key.Scopes[i] == Scopes.Admin) return true;
        }

        return false;
    }
}
