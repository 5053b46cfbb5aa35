using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using NotificationService.Credentials;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// People's second factor: a secret shared with an app, and codes for who has lost it. A code is good once. Wrong ones are counted for the account, over
/// all nodes, and only after the right password: nobody can lock out somebody whose password he does not know.
/// </summary>
public sealed class SecondFactors(TenantStore store, CredentialVault vault, AuditLog audit, TimeProvider time)
{
    /// <summary>Wrong codes within <see cref="Window"/>; recovery codes are too long to be guessed, and still taken.</summary>
    public const int MaxFailures = 10;

    private const string Field = "totp";
    private const int RecoveryCodes = 10;
    private const int RecoveryCodeSize = 10;
    private const int LongestCode = 100;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>What rotate-keys encrypts anew.</summary>
    public static SealedTable SealedSecrets { get; } = SealedTable.Of("totp_secrets_find_old", "totp_secrets_reseal", "totp_secrets_count_old");

    /// <summary>A new secret, which counts once a code of it was shown; null when one counts already.</summary>
    public async Task<NewSecondFactor?> CreateAsync(Caller caller, CancellationToken cancellationToken)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretSize);
        string[] codes = [.. Enumerable.Range(0, RecoveryCodes).Select(_ => NewRecoveryCode())];
        return await store.RunAsync(
            caller.Tenant,
            async (db, cancellation) =>
            {
                // Of two at once the second waits, and replaces the first.
                await db.Set<User>().FromSql($"select * from users where id = {caller.Id} for update").AsNoTracking().Select(row => row.Id).ToListAsync(cancellation);
                var existing = await LockedAsync(db, caller.Id, cancellation);
                if (existing?.ConfirmedAt is not null)
                    return null;
                await db.Set<TotpSecret>().Where(row => row.AccountId == caller.Id).ExecuteDeleteAsync(cancellation);
                db.ChangeTracker.Clear();
                db.Add(new TotpSecret
                {
                    TenantId = caller.Tenant,
                    AccountId = caller.Id,
                    KeyId = vault.CurrentKeyId,
                    Sealed = vault.Seal(Convert.ToHexString(secret), AddressOf(caller.Tenant, caller.Id)),
                    CreatedAt = time.GetUtcNow(),
                });
                await db.SaveChangesAsync(cancellation);
                db.AddRange(codes.Select(code => new RecoveryCode { TenantId = caller.Tenant, AccountId = caller.Id, Hash = Hash(code) }));
                await db.SaveChangesAsync(cancellation);
                var (email, tenant) = (await db.Set<User>().Where(user => user.Id == caller.Id).Select(user => user.Email).SingleAsync(cancellation),
                    await db.Set<Tenant>().Select(row => row.Name).SingleAsync(cancellation));
                var shown = Totp.ToBase32(secret);
                var label = $"{Uri.EscapeDataString(tenant)}:{Uri.EscapeDataString(email)}";
                return new NewSecondFactor(shown, $"otpauth://totp/{label}?secret={shown}&issuer={Uri.EscapeDataString(tenant)}&algorithm=SHA1&digits=6&period=30", codes);
            },
            cancellationToken);
    }

    /// <summary>From now on a log-in needs a code.</summary>
    public Task<CodeOutcome> ConfirmAsync(Caller caller, string? code, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, cancellation) =>
        {
            if (await LockedAsync(db, caller.Id, cancellation) is not { } secret)
                return CodeOutcome.None;
            if (secret.ConfirmedAt is not null)
                return CodeOutcome.Right;
            var outcome = await CheckAsync(db, secret, code, mayRecover: false, cancellation);
            if (outcome == CodeOutcome.Right)
            {
                secret.ConfirmedAt = time.GetUtcNow();
                audit.Record(db, caller, "user.totp_enabled", $"user/{caller.Id}");
            }

            await db.SaveChangesAsync(cancellation);
            return outcome;
        },
        cancellationToken);

    /// <summary>A log-in needs no code any more.</summary>
    public Task<CodeOutcome> RemoveAsync(Caller caller, string? code, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, cancellation) =>
        {
            if (await LockedAsync(db, caller.Id, cancellation) is not { } secret)
                return CodeOutcome.None;
            var outcome = await CheckAsync(db, secret, code, mayRecover: true, cancellation);
            if (outcome == CodeOutcome.Right)
            {
                db.Remove(secret);
                audit.Record(db, caller, "user.totp_disabled", $"user/{caller.Id}");
            }

            await db.SaveChangesAsync(cancellation);
            return outcome;
        },
        cancellationToken);

    /// <summary>Of somebody whose password was right.</summary>
    public Task<CodeOutcome> VerifyAsync(User user, string? code, CancellationToken cancellationToken) => store.RunAsync(
        user.TenantId,
        async (db, cancellation) =>
        {
            if (await LockedAsync(db, user.Id, cancellation) is not { ConfirmedAt: not null } secret)
                return CodeOutcome.None;
            if (string.IsNullOrWhiteSpace(code))
                return CodeOutcome.Missing;
            var outcome = await CheckAsync(db, secret, code, mayRecover: true, cancellation);
            await db.SaveChangesAsync(cancellation);
            return outcome;
        },
        cancellationToken);

    private async Task<CodeOutcome> CheckAsync(NotificationDbContext db, TotpSecret secret, string? code, bool mayRecover, CancellationToken cancellationToken)
    {
        if (code is null or { Length: > LongestCode })
            return CodeOutcome.Wrong;
        var plain = string.Concat(code.Where(char.IsAsciiLetterOrDigit));
        if (mayRecover && plain.Length > Totp.Digits)
            return await RecoverAsync(db, secret, plain, cancellationToken);

        var now = time.GetUtcNow();
        if (secret.FailingSince is { } since && now - since > Window)
            (secret.Failures, secret.FailingSince) = (0, null);
        if (secret.Failures >= MaxFailures)
            return CodeOutcome.TooMany;
        if (vault.Open(secret.Sealed, AddressOf(secret.TenantId, secret.AccountId)) is OpenedCredential.Readable { Secret: var opened }
            && Totp.Match(Convert.FromHexString(opened), plain, now, secret.LastStep) is { } step)
        {
            (secret.LastStep, secret.Failures, secret.FailingSince) = (step, 0, null);
            return CodeOutcome.Right;
        }

        (secret.Failures, secret.FailingSince) = (secret.Failures + 1, secret.FailingSince ?? now);
        return CodeOutcome.Wrong;
    }

    private async Task<CodeOutcome> RecoverAsync(NotificationDbContext db, TotpSecret secret, string code, CancellationToken cancellationToken)
    {
        var hash = Hash(code);
        if (await db.Set<RecoveryCode>().Where(row => row.AccountId == secret.AccountId && row.Hash == hash).ExecuteDeleteAsync(cancellationToken) == 0)
            return CodeOutcome.Wrong;
        audit.RecordSystem(db, secret.TenantId, "user.recovery_code_used", $"user/{secret.AccountId}");
        return CodeOutcome.Right;
    }

    /// <summary>One at a time: the same code twice at once is good once.</summary>
    private static Task<TotpSecret?> LockedAsync(NotificationDbContext db, Guid account, CancellationToken cancellationToken) =>
        db.Set<TotpSecret>().FromSql($"select * from totp_secrets where account_id = {account} for update").SingleOrDefaultAsync(cancellationToken);

    private static CredentialAddress AddressOf(TenantId tenant, Guid account) => new(tenant, account, Field);

    private static string NewRecoveryCode() =>
        string.Join('-', Totp.ToBase32(RandomNumberGenerator.GetBytes(RecoveryCodeSize)).ToLowerInvariant().Chunk(4).Select(part => new string(part)));

    /// <summary>Random enough that nobody finds one by its hash.</summary>
    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()));
}

/// <summary>A second factor as it is shown, this once.</summary>
/// <param name="Secret">In Base32, to be typed.</param>
/// <param name="OtpauthUri">The same, to be shown as a QR code.</param>
/// <param name="RecoveryCodes">Each good once instead of a code.</param>
public sealed record NewSecondFactor(string Secret, string OtpauthUri, IReadOnlyList<string> RecoveryCodes)
{
    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "a new second factor";
}

/// <summary>What a code is.</summary>
public enum CodeOutcome
{
    /// <summary>The person has no second factor.</summary>
    None,
    Right,
    Missing,
    Wrong,

    /// <summary>There were too many wrong ones; it was not looked at.</summary>
    TooMany,
}
