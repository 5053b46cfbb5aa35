using System.Net;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>What an access token says, after it was verified or before it is signed.</summary>
/// <param name="Caller">Who bears it.</param>
/// <param name="ExpiresAt">The first instant at which it is no longer good.</param>
/// <param name="SignIn">The sign-in, that is the refresh-token family, it belongs to; null for a service account.</param>
/// <param name="AllowedNetworks">The networks it may be used from; empty for everywhere.</param>
public sealed record AccessToken(Caller Caller, DateTimeOffset ExpiresAt, Guid? SignIn, IReadOnlyList<IPNetwork> AllowedNetworks);
