using NotificationService.Storage;

namespace NotificationService.Host.Auth;

/// <summary>
/// The access tokens that have ended before their time: of users and service accounts that were disabled, deleted or changed, of tenants that were given up, and of sign-ins that were ended
/// (docs/decisions/0055-when-access-tokens-end.md). Read every few seconds, so that every node refuses them well within 30 s; the node that ends them refuses
/// them at once. When there are more than are kept, the database is asked about each token instead, every few seconds; a flood of ended sign-ins
/// brings that upon people's tokens only.
/// </summary>
public sealed class EndedTokens(Database database, TimeProvider time)
{
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);
    private static readonly Statement Read = Statement.Load("ended_tokens_read");
    private static readonly Column Subject = Read.Column("subject");
    private static readonly Column Version = Read.Column("version");
    private static readonly Column IsSignIn = Read.Column("is_sign_in");
    private static readonly Statement Ask = Statement.Load("ended_tokens_ask");
    private static readonly Column HasEnded = Ask.Column("has_ended");

    private readonly EndedSubjects subjects = new(time);
    private readonly EndedSubjects signIns = new(time);

    /// <summary>Kept at this moment.</summary>
    public int Count => subjects.Count + signIns.Count;

    public bool Contains(AccessToken token) =>
        subjects.Contains(token.Caller.Id, token.Version) || subjects.Contains(token.TenantDigest, version: 0) || (token.SignIn is { } signIn && signIns.Contains(signIn, version: 0));

    /// <summary>Whether <see cref="Contains"/> does not say all, and the database has to be asked about a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="askedAt">The timestamp since which it is known of the token that it is good; 0: never asked.</param>
    public bool IsInDoubt(AccessToken token, long askedAt) => subjects.IsInDoubt(askedAt) || (token.SignIn is not null && signIns.IsInDoubt(askedAt));

    /// <summary>After a user or service account was changed so that its tokens end. Those of a version below the first good one do.</summary>
    public void Add(Guid subject, int firstGood) => subjects.Add(subject, firstGood);

    /// <summary>After a user or service account was deleted.</summary>
    public void AddDeleted(Guid subject) => subjects.Add(subject, int.MaxValue);

    /// <summary>After a tenant was given up, by the digest of its id.</summary>
    public void AddTenant(Guid digest) => subjects.Add(digest, int.MaxValue);

    /// <summary>After a sign-in was ended.</summary>
    public void AddSignIn(Guid signIn) => signIns.Add(signIn, firstGood: 1);

    /// <summary>Whether the database says that a token has ended.</summary>
    public async Task<bool> AskAsync(AccessToken token, CancellationToken cancellationToken)
    {
        var hasEnded = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            token.Caller.Tenant,
            Ask.With(
                Parameter.Of("tenant", token.Caller.Tenant.Value),
                Parameter.Of("subject", token.Caller.Id),
                Parameter.Of("version", token.Version),
                Parameter.OrNull("sign_in", token.SignIn),
                Parameter.Of("digest", token.TenantDigest)));
        await batch.CommitAsync(row => hasEnded = row.GetBoolean(HasEnded), cancellationToken);
        return hasEnded;
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var (beforeSubjects, beforeSignIns) = (subjects.Begin(), signIns.Begin());
        var (foundSubjects, foundSignIns) = (new Dictionary<Guid, int>(), new Dictionary<Guid, int>());
        await using var command = Read.With(
            Parameter.Of("longest", AccessTokenLifetimes.Longest + Slack),
            Parameter.Of("longest_of_people", AccessTokenLifetimes.User + Slack),
            Parameter.Of("max", EndedSubjects.Max + 1)).On(database.App);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                (reader.GetBoolean(IsSignIn) ? foundSignIns : foundSubjects)[reader.GetGuid(Subject)] = reader.GetInt32(Version);
        }

        subjects.Replace(foundSubjects, beforeSubjects);
        signIns.Replace(foundSignIns, beforeSignIns);
    }
}
