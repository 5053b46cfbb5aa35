using NotificationService.Recipients.UserService;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>Finds what a request leaves out of a recipient. A directory of the service's own would be asked here, before the user service.</summary>
public sealed class RecipientLookup
{
    private readonly UserProfiles? userService;

    public RecipientLookup(UserProfiles? userService) => this.userService = userService;

    /// <summary>Whether there is anybody to ask.</summary>
    public bool IsOn => userService is not null;

    /// <summary>Asks about one person. Holds nothing of the database, and ends within seconds.</summary>
    public ValueTask<ProfileResponse> FindAsync(TenantId tenant, string userId, CancellationToken cancellationToken) =>
        userService?.FindAsync(tenant, userId, cancellationToken) ?? ValueTask.FromResult<ProfileResponse>(ProfileResponse.Unknown.Instance);
}
