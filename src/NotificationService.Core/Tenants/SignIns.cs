using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>People's sign-ins, one row each, kept alive by refresh tokens that change with every use.</summary>
public sealed class SignIns(TenantStore store, Ids ids, TimeProvider time)
{
    private static readonly string Rotate = SqlText.Statement("refresh_tokens_rotate");
    private static readonly string Revoke = SqlText.Statement("refresh_tokens_revoke");
    private static readonly string Begin = SqlText.Statement("refresh_tokens_begin");

    /// <summary>Begins a sign-in; its first refresh token.</summary>
    public Task<RefreshToken> BeginAsync(User user, TimeSpan lifetime, CancellationToken cancellationToken) =>
        store.RunAsync(user.TenantId, (db, cancellation) => BeginAsync(db, user, lifetime, cancellation), cancellationToken);

    /// <summary>The same as part of other work.</summary>
    public async Task<RefreshToken> BeginAsync(NotificationDbContext db, User user, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var token = RefreshToken.New(user.TenantId, ids.Next());
        await using var command = Command(db, Begin, token);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = token.CurrentHash });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() + lifetime });
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
                await using var command = Command(db, Rotate, presented);
                command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = presented.CurrentHash });
                command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = next.CurrentHash });
                command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
                command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() + lifetime });
                Guid account;
                await using (var reader = await command.ExecuteReaderAsync(cancellation))
                {
                    if (!await reader.ReadAsync(cancellation))
                        return new RotationOutcome.Refused();
                    if (!reader.GetBoolean(0))
                        return new RotationOutcome.Reused(presented.SignIn);
                    account = reader.GetGuid(1);
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
                await using var command = Command(db, Revoke, token);
                command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
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

    /// <summary>$1 tenant, $2 sign-in, $3 hash of the family's secret; the rest differs.</summary>
    private static NpgsqlCommand Command(NotificationDbContext db, string sql, RefreshToken token) => new(sql, (NpgsqlConnection)db.Database.GetDbConnection())
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = token.Tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = token.SignIn },
            new NpgsqlParameter<byte[]> { TypedValue = token.FamilyHash },
        },
    };
}
