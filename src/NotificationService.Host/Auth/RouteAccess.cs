using Microsoft.AspNetCore.Authorization;

namespace NotificationService.Host.Auth;

/// <summary>Whom a route lets in, read from its metadata. A route that says nothing lets nobody in who is not signed in.</summary>
internal sealed class RouteAccess
{
    private static readonly RouteAccess Anybody = new(isOpen: true, [], isClosedToTest: false);

    private readonly CallerRequirement[] requirements;

    private RouteAccess(bool isOpen, CallerRequirement[] requirements, bool isClosedToTest) =>
        (IsOpen, this.requirements, IsClosedToTestAccounts) = (isOpen, requirements, isClosedToTest);

    /// <summary>Nobody is asked who they are.</summary>
    public bool IsOpen { get; }

    /// <summary>It changes what live uses.</summary>
    public bool IsClosedToTestAccounts { get; }

    public static RouteAccess Of(Endpoint endpoint)
    {
        // What is no route of ours, such as the response to a wrong method, is open, so that it gets its 405.
        if (endpoint is not RouteEndpoint route || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return Anybody;
        if (endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is not null || endpoint.Metadata.GetMetadata<IAuthorizationRequirementData>() is not null)
            throw NotUnderstood(endpoint);
        return new RouteAccess(
            isOpen: false,
            [.. endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Where(data => !IsPlain(data)).Select(data => RequirementOf(data, endpoint))],
            TestAccountRule.Refuses(endpoint.Metadata, route.RoutePattern.RawText, endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods));
    }

    /// <summary>What the caller lacks, or null for who may pass.</summary>
    public CallerRequirement? FirstRefusing(Tenants.Caller caller)
    {
        foreach (var requirement in requirements)
        {
            if (!requirement.Allows(caller))
                return requirement;
        }

        return null;
    }

    private static bool IsPlain(IAuthorizeData data) => data is { Policy: null, Roles: null, AuthenticationSchemes: null };

    private static CallerRequirement RequirementOf(IAuthorizeData data, Endpoint endpoint) =>
        data is { Policy: { } policy, Roles: null, AuthenticationSchemes: null } && Policies.All.TryGetValue(policy, out var requirement)
            ? requirement
            : throw NotUnderstood(endpoint);

    /// <summary>Better no response than one to somebody who may not have it.</summary>
    private static InvalidOperationException NotUnderstood(Endpoint endpoint) =>
        new($"{endpoint.DisplayName} demands something that is none of the policies of {nameof(Policies)}");
}
