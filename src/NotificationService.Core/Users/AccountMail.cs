using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NotificationService.Channels;
using NotificationService.Notices;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>
/// Writes to people about their own account, as part of the change that it is about: with a token in a link, or that something happened. The link leads to a
/// page below the public address, the token behind its #, where no log and no proxy sees it.
/// </summary>
public sealed class AccountMail(OneTimeTokens tokens, NoticeSender notices, PublicUrl publicUrl, TimeProvider time)
{
    /// <summary>Of one kind to one address, whatever accounts it is of: anybody may register any number of tenants under any address.</summary>
    public const int MaxOfAddress = 10;

    private readonly FailureCounts ofAddress = new(MaxOfAddress, TimeSpan.FromMinutes(6), time);

    /// <summary>A link that is good once. False: the account or the address was sent enough of them lately, and nothing is sent.</summary>
    /// <param name="db">The work under the person's tenant.</param>
    /// <param name="user">Whose account it is.</param>
    /// <param name="kind">What the link is for.</param>
    /// <param name="email">The address that is to become the account's, which is written to instead of the present one.</param>
    /// <param name="locale">In which language.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<bool> SendLinkAsync(NotificationDbContext db, User user, OneTimeTokenKind kind, string? email, string? locale, CancellationToken cancellationToken)
    {
        var (template, page, lifetime) = Of(kind);
        if (!ofAddress.TryCount($"{kind} {User.Normalize(email ?? user.Email)}")
            || await tokens.IssueAsync(db, user, kind, lifetime, email, cancellationToken) is not { } token)
            return false;
        var data = await DataAsync(db, user, cancellationToken);
        data["token"] = token.ToString();
        data["link"] = publicUrl.At($"{page}#token={token}")?.AbsoluteUri ?? "";
        data["minutes"] = lifetime.TotalMinutes.ToString(CultureInfo.InvariantCulture);
        data["hours"] = lifetime.TotalHours.ToString(CultureInfo.InvariantCulture);
        data["days"] = lifetime.TotalDays.ToString(CultureInfo.InvariantCulture);
        await notices.SendAsync(db, template, user.TenantId, email ?? user.Email, locale, data, cancellationToken);
        return true;
    }

    /// <summary>That something happened, to the address that the account has had until now; not more often than links are sent.</summary>
    public async Task SendAsync(
        NotificationDbContext db, User user, string template, string? locale, IReadOnlyDictionary<string, string> more, CancellationToken cancellationToken)
    {
        if (!ofAddress.TryCount($"{template} {user.NormalizedEmail}"))
            return;
        var data = await DataAsync(db, user, cancellationToken);
        foreach (var (name, value) in more)
            data[name] = value;
        await notices.SendAsync(db, template, user.TenantId, user.Email, locale, data, cancellationToken);
    }

    private static (string Template, string Page, TimeSpan Lifetime) Of(OneTimeTokenKind kind) => kind switch
    {
        OneTimeTokenKind.ConfirmEmail => (SystemTemplates.Confirmation, "confirm-email", TimeSpan.FromHours(48)),
        OneTimeTokenKind.ChangeEmail => (SystemTemplates.EmailChange, "confirm-email", TimeSpan.FromHours(24)),
        OneTimeTokenKind.ResetPassword => (SystemTemplates.PasswordReset, "reset-password", TimeSpan.FromMinutes(30)),
        OneTimeTokenKind.AcceptInvitation => (SystemTemplates.Invitation, "accept-invitation", TimeSpan.FromDays(7)),
        _ => throw new InvalidOperationException("a closed set"),
    };

    private async Task<Dictionary<string, string>> DataAsync(NotificationDbContext db, User user, CancellationToken cancellationToken) => new()
    {
        ["name"] = user.Name,
        ["tenant"] = await db.Set<Tenant>().Select(tenant => tenant.Name).SingleAsync(cancellationToken),
        ["at"] = Rfc3339.InSentence(time.GetUtcNow()),
    };
}
