using System.Net;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

public static class SignInDevices
{
    /// <summary>From where a request comes.</summary>
    public static SignInDevice Device(this HttpContext context) =>
        new(TextOf(context.Connection.RemoteIpAddress), context.Request.Headers.UserAgent is { Count: > 0 } agents ? agents[0] : null);

    /// <summary>A device of which nothing but the network address is known.</summary>
    public static SignInDevice At(IPAddress? address) => new(TextOf(address), userAgent: null);

    private static string? TextOf(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}
