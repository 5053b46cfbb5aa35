using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace NotificationService.Host.Auth;

/// <summary>A verified token in the form that requests need it, made once and shared by them.</summary>
public sealed class VerifiedToken
{
    private readonly AccessToken token;

    public VerifiedToken(AccessToken token)
    {
        this.token = token;
        Answer = Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(token)), BearerHandler.Scheme)));
    }

    public Task<AuthenticateResult> Answer { get; }

    public Guid Subject => token.Caller.Id;

    public bool HasExpired(DateTimeOffset now) => now >= token.ExpiresAt;

    public bool MayComeFrom(IPAddress? address)
    {
        if (token.AllowedNetworks.Count == 0)
            return true;
        return address is not null && AllowedNetworks.Contain(token.AllowedNetworks, address);
    }
}
