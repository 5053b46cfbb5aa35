namespace NotificationService.Host.Auth;

/// <summary>Whether a test account may call a route that changes something. The last one that a route is given counts.</summary>
/// <param name="MayChange">The route changes what is of the caller's own mode, or nothing at all; otherwise what live uses too.</param>
public sealed record TestAccountRule(bool MayChange)
{
    private const string Admin = "/api/v1/admin/";

    /// <summary>
    /// Whether a test account is refused. Reading is open. What the admin API changes belongs to both modes unless the route says otherwise, so a route that
    /// says nothing is closed; the tests demand that each says which it is.
    /// </summary>
    public static bool Refuses(IEnumerable<object> metadata, string? path, IReadOnlyCollection<string>? methods)
    {
        if (methods is { Count: > 0 } && methods.All(IsReading))
            return false;
        return metadata.OfType<TestAccountRule>().LastOrDefault() is { } rule
            ? !rule.MayChange
            : $"/{path?.TrimStart('/')}".StartsWith(Admin, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsReading(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}

/// <summary>What a group of routes, or a route of it, says of test accounts.</summary>
public static class TestAccountRoutes
{
    /// <summary>They change what live uses, as providers and templates are: a live account or a person may, a test account may only read.</summary>
    public static T ChangesWhatLiveUses<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new TestAccountRule(MayChange: false));

    /// <summary>They change nothing, or what is of the caller's own mode, and see to that themselves.</summary>
    public static T OpenToTestAccounts<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new TestAccountRule(MayChange: true));
}
