using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using NotificationService.Host.Auth.Outside;
using NotificationService.Host.Commands;
using NotificationService.Settings;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

public static class AuthModule
{
    /// <summary>PBKDF2 with SHA-512, as OWASP advises.</summary>
    private const int HashIterations = 210_000;

    /// <summary>Who may call the API: the scheme Bearer, the policies, and what makes and checks tokens.</summary>
    public static IServiceCollection AddAuth(this IServiceCollection services)
    {
        services.AddSingleton<AccessTokenKeys>()
            .AddSingleton<AccessTokenWriter>()
            .AddSingleton<AccessTokenVerifier>()
            .AddSingleton<VerifiedTokens>()
            .AddSingleton<EndedTokens>()
            .AddHostedService<EndedTokensWatch>()
            .AddSingleton<AccountUses>()
            .AddHostedService<AccountUsesWriter>()
            .AddPeople()
            .AddOutsideIssuers()
            .AddSingleton<TokenIssuer>()
            .AddSingleton<SignInLimits>()
            .AddSingleton<ClientSignIn>()
            .AddSingleton<ServiceAccounts>()
            // SignInMiddleware sees to what routes demand; the framework looks for its own middleware only.
            .Configure<RouteOptions>(routing => routing.SuppressCheckForUnhandledSecurityMetadata = true);
        return services;
    }

    /// <summary>Tokens of outside issuers.</summary>
    private static IServiceCollection AddOutsideIssuers(this IServiceCollection services) => services
        .AddSettings<OidcOptions>(OidcOptions.Section)
        .AddSingleton<IValidateOptions<OidcOptions>, OidcOptionsCheck>()
        .AddSingleton<IDocumentRetriever, IssuerDocuments>()
        .AddSingleton<OutsideIssuers>()
        .AddSingleton<OutsideTokenVerifier>()
        .AddSingleton<VouchedTenants>()
        .AddSingleton<OutsideCallers>()
        .AddHostedService<OutsideIssuersWatch>();

    /// <summary>What commands need as well: hashing, and the first accounts.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<HashingLimiter>()
        .AddSingleton<ClientSecrets>()
        .AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>()
        .AddSingleton<IPasswordHasher<ServiceAccount>, PasswordHasher<ServiceAccount>>()
        .Configure<PasswordHasherOptions>(hashing => hashing.IterationCount = HashIterations)
        .AddSingleton(SecondFactors.SealedSecrets)
        .AddSingleton<FirstAccounts>()
        .AddSingleton<SystemSeed>();

    /// <summary>ASP.NET Core Identity over the table users.</summary>
    private static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddSingleton<PasswordOfNobody>()
            .AddSingleton<PasswordVerification>()
            .AddScoped<SignInCandidates>()
            .AddScoped<PasswordSignIn>()
            .AddScoped<SignUpRules>()
            .AddSingleton<TenantRegistration>()
            .AddSingleton<AccountChanges>()
            .AddSingleton<ForgottenPasswords>()
            .AddSingleton<SecondFactors>()
            .AddSingleton<SignInPlaces>()
            .AddIdentityCore<User>(identity =>
            {
                identity.Password.RequiredLength = 10;
                identity.Password.RequiredUniqueChars = 4;
                // Length is what counts; rules on kinds of characters only make passwords alike.
                identity.Password.RequireDigit = identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
            })
            .AddUserStore<IdentityUserStore>();
        // Names and addresses are checked with their fields named, and kept unique by the table.
        return services.RemoveAll<IUserValidator<User>>();
    }
}
