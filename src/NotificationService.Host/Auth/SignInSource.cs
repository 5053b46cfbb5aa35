using System.Net;
using NotificationService.RateLimits;

namespace NotificationService.Host.Auth;

/// <summary>Where a sign-in is tried from, and at which account: what failures are counted by, and what hashing is shared by.</summary>
/// <param name="Network">The network address; IPv6 by its /64.</param>
/// <param name="Account">As the caller named it, whether there is such an account or not.</param>
public readonly record struct SignInSource(Guid Network, string Account)
{
    public static SignInSource OfClient(IPAddress? address, string clientId) => new(RateLimiter.SubjectOf(address), $"client {clientId}");

    public static SignInSource OfPerson(IPAddress? address, string email) => new(RateLimiter.SubjectOf(address), $"person {IdentityUserStore.Normalize(email)}");
}
