namespace NotificationService.Tenants;

/// <summary>That somebody who looks after the platform acts, for a while, as admin of a tenant that is not theirs.</summary>
/// <param name="Home">The tenant whose user it is: there the row of the caller's id stands.</param>
/// <param name="SignIn">The sign-in with which the elevation ends.</param>
public sealed record Elevation(TenantId Home, Guid SignIn);
