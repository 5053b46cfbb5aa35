using Microsoft.EntityFrameworkCore;
using NotificationService.Notices;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Users;
using Npgsql;

namespace NotificationService.Host.Auth;

/// <summary>Begins sign-ins, and writes to the person when one is from a new place. The first place of an account is no news.</summary>
public sealed class SignInPlaces(TenantStore store, SignIns signIns, AccountMail mail, TimeProvider time)
{
    /// <summary>Kept of an account; the one unused for longest goes first.</summary>
    public const int Max = 20;

    private static readonly Statement Note = Statement.Load("sign_in_places_note");

    public Task<RefreshToken> BeginAsync(User user, ClientPlace place, bool isCookie, CancellationToken cancellationToken) =>
        store.RunAsync(user.TenantId, (db, cancellation) => BeginAsync(db, user, place, isCookie, cancellation), cancellationToken);

    /// <summary>The same as part of other work.</summary>
    public async Task<RefreshToken> BeginAsync(NotificationDbContext db, User user, ClientPlace place, bool isCookie, CancellationToken cancellationToken)
    {
        var token = await signIns.BeginAsync(db, user, place.Device, isCookie, AccessTokenLifetimes.Refresh, cancellationToken);
        await NoteAsync(db, user, place, cancellationToken);
        return token;
    }

    private async Task NoteAsync(NotificationDbContext db, User user, ClientPlace place, CancellationToken cancellationToken)
    {
        await using var command = Note.With(
            Parameter.Of("tenant", user.TenantId.Value), Parameter.Of("user", user.Id), Parameter.Of("place", place.Hash), Parameter.Of("now", time.GetUtcNow()))
            .On((NpgsqlConnection)db.Database.GetDbConnection());
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            return;
        var places = db.Set<SignInPlace>().Where(row => row.AccountId == user.Id);
        var older = await places.OrderByDescending(row => row.SeenAt).Skip(Max).Select(row => row.Place).ToListAsync(cancellationToken);
        foreach (var old in older)
            await places.Where(row => row.Place == old).ExecuteDeleteAsync(cancellationToken);
        if (await places.CountAsync(cancellationToken) > 1)
            await mail.SendAsync(db, user, SystemTemplates.NewSignIn, place.Locale, new Dictionary<string, string> { ["place"] = place.Network, ["agent"] = place.Agent }, cancellationToken);
    }
}
