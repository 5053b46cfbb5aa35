using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using NotificationService.Channels;
using NotificationService.RateLimits;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Users;
using Npgsql;

namespace NotificationService.Host.Auth;

/// <summary>
/// Makes a tenant with its first admin, sandbox providers and the demo's templates, and asks the admin to confirm the address: all of it or nothing.
/// </summary>
public sealed class TenantRegistration(
    TenantStore store, SignInPlaces places, AccountMail mail, ProvidersSeed providers, TemplateSeed templates, AuditLog audit, Ids ids, IPasswordHasher<User> hasher,
    HashingLimiter limiter, TimeProvider time)
{
    private const int LongestKey = 63;
    private const string OfRegistration = "tenants_registration";

    public async Task<RegistrationOutcome> RegisterAsync(NewTenant wanted, IPAddress? address, CancellationToken cancellationToken)
    {
        var tenant = new Tenant
        {
            TenantId = new TenantId(ids.Next()),
            Key = wanted.Key ?? KeyFrom(wanted.Name),
            Name = wanted.Name,
            CreatedAt = time.GetUtcNow(),
            RegistrationHash = Hash(wanted.Email, wanted.Name),
        };
        var admin = NewUser.Row(ids.Next(), tenant.TenantId, wanted.Email, wanted.AdminName, [UserRoles.Admin], time.GetUtcNow());
        admin.SignedInAt = admin.CreatedAt; // it is given tokens below
        admin.PasswordHash = await limiter.MakeAsync(RateLimiter.SubjectOf(address), () => Task.FromResult(hasher.HashPassword(admin, wanted.Password)), cancellationToken);
        try
        {
            return new RegistrationOutcome.Registered(admin, await store.RunAsync(
                tenant.TenantId,
                async (db, cancellation) =>
                {
                    db.Add(tenant);
                    db.Add(admin);
                    audit.RecordSystem(db, tenant.TenantId, "tenant.registered", $"tenant/{tenant.Key}");
                    await db.SaveChangesAsync(cancellation);
                    if (wanted.HasStarter)
                    {
                        await providers.AddAsync(db, tenant.TenantId, cancellation);
                        await templates.AddAsync(db, tenant.TenantId, TemplateSeed.Templates(), cancellation);
                    }

                    await mail.SendLinkAsync(db, admin, OneTimeTokenKind.ConfirmEmail, email: null, wanted.Place.Locale, cancellation);
                    return await places.BeginAsync(db, admin, wanted.Place, isCookie: false, cancellation);
                },
                cancellationToken));
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "tenants" } taken)
        {
            return taken.ConstraintName == OfRegistration ? new RegistrationOutcome.AlreadyRegistered() : new RegistrationOutcome.KeyTaken();
        }
    }

    /// <summary>By somebody of the platform: the admin has no password until the invitation is accepted. Null when the key is another tenant's.</summary>
    public async Task<(Tenant Tenant, User Admin)?> InviteAsync(Caller caller, string name, string? key, string email, string adminName, CancellationToken cancellationToken)
    {
        var tenant = new Tenant { TenantId = new TenantId(ids.Next()), Key = key ?? KeyFrom(name), Name = name, CreatedAt = time.GetUtcNow() };
        var admin = NewUser.Row(ids.Next(), tenant.TenantId, email, adminName, [UserRoles.Admin], time.GetUtcNow());
        admin.InvitedAt = admin.CreatedAt;
        try
        {
            return await store.RunAsync<(Tenant, User)?>(
                tenant.TenantId,
                async (db, cancellation) =>
                {
                    db.Add(tenant);
                    db.Add(admin);
                    await db.SaveChangesAsync(cancellation);
                    await mail.SendLinkAsync(db, admin, OneTimeTokenKind.AcceptInvitation, email: null, locale: null, cancellation);
                    await BothLogs.RecordAsync(audit, db, caller, tenant.TenantId, "tenant.created", new() { ["key"] = tenant.Key }, cancellation);
                    return (tenant, admin);
                },
                cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "tenants" })
        {
            return null;
        }
    }

    /// <summary>Names that differ in capitals or spaces are one name.</summary>
    private static byte[] Hash(string email, string name) => SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{IdentityUserStore.Normalize(email)}\0{string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant()}"));

    /// <summary>A key that reads like the name, with a few random letters so that it is nobody's yet.</summary>
    private static string KeyFrom(string name)
    {
        var words = string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) ? letter : '-'))
            .Split('-', StringSplitOptions.RemoveEmptyEntries);
        var readable = words.Length == 0 ? "tenant" : string.Join('-', words);
        return $"{readable[..Math.Min(readable.Length, LongestKey - 9)].TrimEnd('-')}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
    }
}

/// <summary>What somebody registers.</summary>
/// <param name="Name">What the tenant is called.</param>
/// <param name="Key">Its short name; null: one is made.</param>
/// <param name="Email">The first admin's address.</param>
/// <param name="Password">The first admin's password, checked.</param>
/// <param name="AdminName">What the first admin is called.</param>
/// <param name="HasStarter">Whether it begins with sandbox providers and the demo's templates.</param>
/// <param name="Place">From where it is registered, and in which language.</param>
public sealed record NewTenant(string Name, string? Key, string Email, string Password, string AdminName, bool HasStarter, ClientPlace Place)
{
    /// <summary>A password stays out of logs and exceptions.</summary>
    public override string ToString() => "a new tenant";
}

/// <summary>What came of registering.</summary>
public abstract record RegistrationOutcome
{
    private RegistrationOutcome()
    {
    }

    public sealed record Registered(User Admin, RefreshToken Token) : RegistrationOutcome;

    /// <summary>The key is another tenant's.</summary>
    public sealed record KeyTaken : RegistrationOutcome;

    /// <summary>The same address has registered a company of this name.</summary>
    public sealed record AlreadyRegistered : RegistrationOutcome;
}
