using NotificationService.RateLimits;

namespace NotificationService.Host.Http;

/// <summary>Which class a route belongs to, recognised from its pattern and its methods.</summary>
internal static class RateClasses
{
    public static RateClass Of(Endpoint? endpoint)
    {
        if (endpoint is not RouteEndpoint route)
            return RateClass.None;
        var pattern = "/" + route.RoutePattern.RawText?.TrimStart('/');
        if (pattern.StartsWith("/oauth/", StringComparison.Ordinal) || pattern.StartsWith("/api/v1/auth/", StringComparison.Ordinal))
            return RateClass.Auth;
        if (pattern.StartsWith("/api/v1/users/", StringComparison.Ordinal))
            return RateClass.User;
        if (pattern.StartsWith("/api/v1/admin/", StringComparison.Ordinal))
            return RateClass.Admin;
        if (!pattern.StartsWith("/api/v1/", StringComparison.Ordinal))
            return RateClass.None;
        var methods = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];
        return methods.All(method => HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) ? RateClass.Read : RateClass.Send;
    }
}
