using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;

namespace NotificationService.Host.Auth;

public static class AuthModule
{
    /// <summary>Who may call the API: the scheme Bearer, the policies, and what makes and checks tokens.</summary>
    public static IServiceCollection AddAuth(this IServiceCollection services)
    {
        services.AddSingleton(provider => KeysOf(provider.GetRequiredService<IConfiguration>()))
            .AddSingleton<AccessTokenWriter>()
            .AddSingleton<AccessTokenVerifier>()
            .AddSingleton<VerifiedTokens>()
            .AddSingleton<DisabledSubjects>()
            .AddHostedService<DisabledSubjectsWatch>()
            .AddTransient<BearerHandler>()
            .AddAuthentication(BearerHandler.Scheme).Services
            .Configure<Microsoft.AspNetCore.Authentication.AuthenticationOptions>(options => options.AddScheme<BearerHandler>(BearerHandler.Scheme, displayName: null))
            .AddAuthorization(options =>
            {
                foreach (var (name, requirement) in Policies.All)
                    options.AddPolicy(name, new AuthorizationPolicy([requirement], []));
                options.FallbackPolicy = new AuthorizationPolicy([new ClosedByDefault()], []);
            });
        return services;
    }

    private static AccessTokenKeys KeysOf(IConfiguration configuration) =>
        new(configuration["Notification:MasterKeys"] is { Length: > 0 } text
            ? [.. text.Split(',', StringSplitOptions.TrimEntries).Select(ParseKey)]
            : [KeyValuePair.Create("process", RandomNumberGenerator.GetBytes(32))]);

    private static KeyValuePair<string, byte[]> ParseKey(string text) => text.Split(':') is [var id, var key]
        ? KeyValuePair.Create(id, Convert.FromBase64String(key))
        : throw new FormatException("Notification__MasterKeys is keyId:base64(32 bytes), comma-separated");
}
