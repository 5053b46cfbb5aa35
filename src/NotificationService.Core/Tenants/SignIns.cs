using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>People's sign-ins, one row each, kept alive by refresh tokens that change with every use.</summary>
public sealed class SignIns(TenantStore store, AuditLog audit, Ids ids, TimeProvider time)
{
    private static readonly Statement Rotate = Statement.Load("refresh_tokens_rotate");
    private static readonly Statement Revoke = Statement.Load("refresh_tokens_revoke");
    private static readonly Statement Begin = Statement.Load("refresh_tokens_begin");
    private static readonly Column Lives = Rotate.Column("lives");
    private static readonly Column Rotated = Rotate.Column("rotated");
    private static readonly Column Account = Rotate.Column("account_id");

    /// <summary>For so long the cookie that was just replaced ends nothing: two tabs of a browser may have sent the same one.</summary>
    private static readonly TimeSpan CookieGrace = TimeSpan.FromSeconds(10);

    /// <summary>Begins a sign-in; its first refresh token. Where the person has too many, the oldest ends.</summary>
    public Task<RefreshToken> BeginAsync(User user, SignInDevice device, bool isCookie, TimeSpan lifetime, CancellationToken cancellationToken) =>
        store.RunAsync(user.TenantId, (db, cancellation) => BeginAsync(db, user, device, isCookie, lifetime, cancellation), cancellationToken);

    /// <summary>The same as part of other work.</summary>
    public async Task<RefreshToken> BeginAsync(NotificationDbContext db, User user, SignInDevice device, bool isCookie, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var token = RefreshToken.New(user.TenantId, ids.Next(), isCookie);
        await using var command = Begin.With([
            .. Of(token),
            Parameter.Of("current_hash", token.CurrentHash),
            Parameter.Of("user", user.Id),
            Parameter.OrNull("ip", device.Ip),
            Parameter.OrNull("user_agent", device.UserAgent),
            Parameter.Of("now", time.GetUtcNow()),
            Parameter.Of("expires_at", time.GetUtcNow() + lifetime),
            Parameter.Of("max", Sessions.MaxOfUser)]).On(Connection(db));
        await command.ExecuteNonQueryAsync(cancellationToken);
        await NoteFirstAsync(db, user, cancellationToken);
        await NoteAsync(db, AuditActor.Of(user), "sign_in.succeeded", user.Id, cancellationToken);
        return token;
    }

    /// <summary>Uses a refresh token: once. Who presents a used one ends the sign-in for everybody who holds a token of it.</summary>
    public Task<RotationOutcome> RotateAsync(RefreshToken presented, SignInDevice device, TimeSpan lifetime, CancellationToken cancellationToken) =>
        store.RunAsync<RotationOutcome>(
            presented.Tenant,
            async (db, cancellation) =>
            {
                var next = presented.Next();
                await using var command = Rotate.With([
                    .. Of(presented),
                    Parameter.Of("presented_hash", presented.CurrentHash),
                    Parameter.Of("next_hash", next.CurrentHash),
                    Parameter.Of("is_cookie", presented.IsCookie),
                    Parameter.OrNull("ip", device.Ip),
                    Parameter.OrNull("user_agent", device.UserAgent),
                    Parameter.Of("now", time.GetUtcNow()),
                    Parameter.Of("expires_at", time.GetUtcNow() + lifetime),
                    Parameter.Of("grace", CookieGrace)]).On(Connection(db));
                var reused = false;
                Guid account;
                bool isNext;
                await using (var reader = await command.ExecuteReaderAsync(cancellation))
                {
                    if (!await reader.ReadAsync(cancellation))
                        return new RotationOutcome.Refused();
                    if (reader.GetBoolean(Lives))
                        (account, isNext) = (reader.GetGuid(Account), reader.GetBoolean(Rotated));
                    else
                        (reused, account, isNext) = (true, reader.GetGuid(Account), false);
                }

                if (reused)
                {
                    // Whoever presents it: the person it was given to, or somebody who has a copy.
                    await NoteAsync(db, AuditActor.System(presented.Tenant), "sign_in.reused", account, cancellation);
                    return new RotationOutcome.Reused(presented.SignIn);
                }

                var user = await db.Set<User>().AsNoTracking().SingleAsync(user => user.Id == account, cancellation);
                if (user.DisabledAt is not null)
                    return new RotationOutcome.Refused();
                await NoteFirstAsync(db, user, cancellation);
                return isNext ? new RotationOutcome.Rotated(user, next) : new RotationOutcome.JustReplaced(user);
            },
            cancellationToken);

    /// <summary>Ends the sign-in that a refresh token belongs to. Ending it twice, or one that never was, changes nothing.</summary>
    /// <returns>Whether it was one that had not ended.</returns>
    public Task<bool> EndAsync(RefreshToken token, CancellationToken cancellationToken) =>
        store.RunAsync(
            token.Tenant,
            async (db, cancellation) =>
            {
                await using var command = Revoke.With([.. Of(token), Parameter.Of("now", time.GetUtcNow())]).On(Connection(db));
                if (await command.ExecuteScalarAsync(cancellation) is not Guid account)
                    return false;
                await NoteAsync(db, new AuditActor(token.Tenant, "user", account), "sign_in.ended", account, cancellation);
                return true;
            },
            cancellationToken);

    private async Task NoteAsync(NotificationDbContext db, AuditActor actor, string action, Guid user, CancellationToken cancellationToken)
    {
        await using var entry = audit.ToInsert(actor, action, $"user/{user}").On(Connection(db));
        await entry.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends the sign-ins of a person, as part of other work.</summary>
    /// <param name="db">The work under the person's tenant.</param>
    /// <param name="user">Whose.</param>
    /// <param name="except">The one that goes on; null for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task EndAllAsync(NotificationDbContext db, User user, Guid? except, CancellationToken cancellationToken) => EndAllAsync(db, user, except, time.GetUtcNow(), cancellationToken);

    /// <summary>The same where the time is known.</summary>
    public static Task EndAllAsync(NotificationDbContext db, User user, Guid? except, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Set<Session>().Where(session => session.AccountId == user.Id && session.RevokedAt == null && (except == null || session.Id != except))
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), cancellationToken);

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
