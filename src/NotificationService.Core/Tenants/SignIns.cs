using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>People's sign-ins, one row each, kept alive by refresh tokens that change with every use.</summary>
public sealed class SignIns(TenantStore store, Ids ids, TimeProvider time)
{
    private static readonly Statement Rotate = Statement.Load("refresh_tokens_rotate");
    private static readonly Statement Revoke = Statement.Load("refresh_tokens_revoke");
    private static readonly Statement Begin = Statement.Load("refresh_tokens_begin");
    private static readonly Column Rotated = Rotate.Column("rotated");
    private static readonly Column Account = Rotate.Column("account_id");

    /// <summary>Begins a sign-in; its first refresh token.</summary>
    public Task<RefreshToken> BeginAsync(User user, TimeSpan lifetime, CancellationToken cancellationToken) =>
        store.RunAsync(user.TenantId, (db, cancellation) => BeginAsync(db, user, lifetime, cancellation), cancellationToken);

    /// <summary>The same as part of other work.</summary>
    public async Task<RefreshToken> BeginAsync(NotificationDbContext db, User user, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var token = RefreshToken.New(user.TenantId, ids.Next());
        await using var command = Begin.With([
            .. Of(token),
            Parameter.Of("current_hash", token.CurrentHash),
            Parameter.Of("user", user.Id),
            Parameter.Of("now", time.GetUtcNow()),
            Parameter.Of("expires_at", time.GetUtcNow() + lifetime)]).On(Connection(db));
        await command.ExecuteNonQueryAsync(cancellationToken);
        await NoteFirstAsync(db, user, cancellationToken);
        return token;
    }

    /// <summary>Uses a refresh token: once. Who presents a used one ends the sign-in for everybody who holds a token of it.</summary>
    public Task<RotationOutcome> RotateAsync(RefreshToken presented, TimeSpan lifetime, CancellationToken cancellationToken) =>
        store.RunAsync<RotationOutcome>(
            presented.Tenant,
            async (db, cancellation) =>
            {
                var next = presented.Next();
                await using var command = Rotate.With([
                    .. Of(presented),
                    Parameter.Of("presented_hash", presented.CurrentHash),
                    Parameter.Of("next_hash", next.CurrentHash),
                    Parameter.Of("now", time.GetUtcNow()),
                    Parameter.Of("expires_at", time.GetUtcNow() + lifetime)]).On(Connection(db));
                Guid account;
                await using (var reader = await command.ExecuteReaderAsync(cancellation))
                {
                    if (!await reader.ReadAsync(cancellation))
                        return new RotationOutcome.Refused();
                    if (!reader.GetBoolean(Rotated))
                        return new RotationOutcome.Reused(presented.SignIn);
                    account = reader.GetGuid(Account);
                }

                var user = await db.Set<User>().AsNoTracking().SingleAsync(user => user.Id == account, cancellation);
                if (user.DisabledAt is not null)
                    return new RotationOutcome.Refused();
                await NoteFirstAsync(db, user, cancellation);
                return new RotationOutcome.Rotated(user, next);
            },
            cancellationToken);

    /// <summary>Ends the sign-in that a refresh token belongs to. Ending it twice, or one that never was, changes nothing.</summary>
    public Task EndAsync(RefreshToken token, CancellationToken cancellationToken) =>
        store.RunAsync(
            token.Tenant,
            async (db, cancellation) =>
            {
                await using var command = Revoke.With([.. Of(token), Parameter.Of("now", time.GetUtcNow())]).On(Connection(db));
                return await command.ExecuteNonQueryAsync(cancellation);
            },
            cancellationToken);

    /// <summary>
    /// Where an address signed in first is looked at first when a log-in names no tenant. Later sign-ins change nothing, so that nobody comes before
    /// those who were there earlier by signing in more often.
    /// </summary>
    private async Task NoteFirstAsync(NotificationDbContext db, User user, CancellationToken cancellationToken)
    {
        if (user.SignedInAt is null)
            await db.Set<User>().Where(row => row.Id == user.Id && row.SignedInAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.SignedInAt, time.GetUtcNow()), cancellationToken);
    }

    /// <summary>What names a sign-in.</summary>
    private static Parameter[] Of(RefreshToken token) =>
    [
        Parameter.Of("tenant", token.Tenant.Value),
        Parameter.Of("sign_in", token.SignIn),
        Parameter.Of("family_hash", token.FamilyHash),
    ];

    private static NpgsqlConnection Connection(NotificationDbContext db) => (NpgsqlConnection)db.Database.GetDbConnection();
}
