using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using NotificationService.RateLimits;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>Makes a tenant and its first admin, both or neither.</summary>
public sealed class TenantRegistration(TenantStore store, SignIns signIns, AuditLog audit, Ids ids, IPasswordHasher<User> hasher, HashingLimiter limiter, TimeProvider time)
{
    private const int LongestKey = 63;

    /// <summary>The admin and a first refresh token; null when the key is another tenant's.</summary>
    public async Task<(User Admin, RefreshToken Token)?> RegisterAsync(
        string name, string? key, string email, string password, string adminName, IPAddress? address, CancellationToken cancellationToken)
    {
        var tenant = new Tenant { TenantId = new TenantId(ids.Next()), Key = key ?? KeyFrom(name), Name = name, CreatedAt = time.GetUtcNow() };
        var admin = NewUser.Row(ids.Next(), tenant.TenantId, email, adminName, [UserRoles.Admin], time.GetUtcNow());
        admin.SignedInAt = admin.CreatedAt; // it is given tokens below
        admin.PasswordHash = await limiter.MakeAsync(RateLimiter.SubjectOf(address), () => Task.FromResult(hasher.HashPassword(admin, password)), cancellationToken);
        try
        {
            var token = await store.RunAsync(
                tenant.TenantId,
                async (db, cancellation) =>
                {
                    db.Add(tenant);
                    db.Add(admin);
                    audit.RecordSystem(db, tenant.TenantId, "tenant.registered", $"tenant/{tenant.Key}");
                    await db.SaveChangesAsync(cancellation);
                    return await signIns.BeginAsync(db, admin, AccessTokenLifetimes.Refresh, cancellation);
                },
                cancellationToken);
            return (admin, token);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "tenants" })
        {
            return null;
        }
    }

    /// <summary>A key that reads like the name, with a few random letters so that it is nobody's yet.</summary>
    private static string KeyFrom(string name)
    {
        var words = string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) ? letter : '-'))
            .Split('-', StringSplitOptions.RemoveEmptyEntries);
        var readable = words.Length == 0 ? "tenant" : string.Join('-', words);
        return $"{readable[..Math.Min(readable.Length, LongestKey - 9)].TrimEnd('-')}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
    }
}
