using NotificationService.Recipients.UserService;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>Finds what a request leaves out of a recipient: first in the tenant's own directory, and what that does not know with the user service.</summary>
public sealed class RecipientLookup
{
    /// <summary>People of one statement.</summary>
    private const int MaxTogether = 1_000;

    private static readonly IReadOnlyDictionary<string, StoredRecipient> Nobody = new Dictionary<string, StoredRecipient>();

    private readonly DirectoryLookup directory;
    private readonly UserProfiles? userService;

    public RecipientLookup(DirectoryLookup directory, UserProfiles? userService) => (this.directory, this.userService) = (directory, userService);

    /// <summary>Whether there is a user service to ask.</summary>
    public bool HasUserService => userService is not null;

    /// <summary>Whether anybody could say something of the recipients of a tenant, in either mode.</summary>
    public async ValueTask<bool> IsOnAsync(TenantId tenant, CancellationToken cancellationToken) =>
        HasUserService || !await directory.IsEmptyAsync(new DirectoryId(tenant, true), cancellationToken) || !await directory.IsEmptyAsync(new DirectoryId(tenant, false), cancellationToken);

    /// <summary>What the directory knows of some people: those that it has, by their ids.</summary>
    public async ValueTask<IReadOnlyDictionary<string, StoredRecipient>> FindAsync(DirectoryId of, IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        if (userIds.Count == 0 || directory.IsKnownEmpty(of))
            return Nobody;
        var found = new Dictionary<string, StoredRecipient>(StringComparer.Ordinal);
        foreach (var some in userIds.Chunk(MaxTogether))
            await directory.FindAsync(of, some, found, cancellationToken);
        return found;
    }

    /// <summary>Asks the user service about one person. Holds nothing of the database, and ends within seconds.</summary>
    public ValueTask<ProfileResponse> AskAsync(TenantId tenant, string userId, CancellationToken cancellationToken) =>
        userService?.FindAsync(tenant, userId, cancellationToken) ?? ValueTask.FromResult<ProfileResponse>(ProfileResponse.Unknown.Instance);
}
