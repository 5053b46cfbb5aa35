using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using NotificationService.Host.Configuration;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// The accounts that are there before anybody has signed in: those of the demo tenant, and the first platform admin.
/// Only what is missing is added, so it may run at every start and on several nodes at once.
/// </summary>
public sealed class FirstAccounts(TenantStore store, AuditLog audit, IPasswordHasher<User> hasher, ClientSecrets secrets, Ids ids, TimeProvider time)
{
    /// <summary>The same in every database, so that whoever seeds knows it without a look-up.</summary>
    public static readonly TenantId Demo = new(new Guid("01900000-0000-7000-8000-00000000de70"));

    /// <summary>The tenant of the platform's own people.</summary>
    public static readonly TenantId Platform = new(new Guid("01900000-0000-7000-8000-000000000001"));

    private const string DemoService = "demo-service";
    private const string DemoTest = "demo-test";
    private const string DemoAdmin = "admin@demo.test";
    private const string DemoUser = "ann@demo.test";
    private const string DemoPlatform = "platform@demo.test";
    private const string DemoServiceSecret = "demo-service-secret";
    private const string DemoTestSecret = "demo-test-secret";
    private const string DemoAdminPassword = "Demo-admin-1!";
    private const string DemoUserPassword = "Demo-user-1!";
    private const string DemoPlatformPassword = "Demo-platform-1!";

    /// <summary>The service accounts that <see cref="AddDemoAsync"/> adds, by client id.</summary>
    public static IReadOnlyList<string> DemoClientIds { get; } = [DemoService, DemoTest];

    /// <summary>The people that <see cref="AddDemoAsync"/> adds, by normalized address.</summary>
    public static IReadOnlyList<string> DemoPeople(bool development) =>
        [.. ((string[])[DemoAdmin, DemoUser, .. development ? [DemoPlatform] : (string[])[]]).Select(IdentityUserStore.Normalize)];

    /// <summary>
    /// The demo tenant's people and service accounts. Outside Development they get random passwords, because
    /// everybody knows the others: those are answered, once, for whoever seeds. A platform admin is not among them there: what is printed stays in
    /// logs, and its password would open every tenant. <see cref="AddPlatformAdminAsync"/> makes one whose password the operator has chosen.
    /// </summary>
    public async Task<IReadOnlyList<(string Account, string Password)>> AddDemoAsync(bool development, CancellationToken cancellationToken)
    {
        var issued = new List<(string, string)>();
        await AddTenantAsync(Demo, "demo", "Demo", cancellationToken);
        await AddServiceAccountAsync(DemoService, Password(DemoService, DemoServiceSecret), live: true, cancellationToken);
        await AddServiceAccountAsync(DemoTest, Password(DemoTest, DemoTestSecret), live: false, cancellationToken);
        await PersonAsync(DemoAdmin, "Demo admin", UserRoles.Admin, "admin", DemoAdminPassword);
        await PersonAsync(DemoUser, "Ann", UserRoles.User, "ann", DemoUserPassword);
        if (development)
            await PersonAsync(DemoPlatform, "Platform admin", UserRoles.PlatformAdmin, "platform", DemoPlatformPassword);
        return issued;

        Func<string> Password(string account, string known) => () =>
        {
            if (development)
                return known;
            var generated = ClientSecrets.NewSecret();
            issued.Add((account, generated));
            return generated;
        };

        Task PersonAsync(string email, string name, string role, string userId, string known) =>
            AddUserAsync(Demo, email, name, role, userId, Password(email, known), cancellationToken);
    }

    /// <summary>The platform admin whom <c>Notification__Bootstrap__*</c> names, if it names one. An existing one keeps its password.</summary>
    public async Task AddPlatformAdminAsync(IConfiguration configuration, bool development, CancellationToken cancellationToken)
    {
        var (email, password) = (configuration["Notification:Bootstrap:PlatformAdminEmail"], configuration["Notification:Bootstrap:PlatformAdminPassword"]);
        if (string.IsNullOrEmpty(email) && string.IsNullOrEmpty(password))
            return;
        if (!SignUpRules.IsEmail(email))
            throw new StartupException("Notification__Bootstrap__PlatformAdminEmail is no e-mail address");
        if (password is not { Length: >= 10 })
            throw new StartupException("Notification__Bootstrap__PlatformAdminPassword needs 10 characters or more");
        if (!development && password is DemoAdminPassword or DemoUserPassword or DemoPlatformPassword)
            throw new StartupException("Notification__Bootstrap__PlatformAdminPassword is a password of the demo, which everybody knows");

        await AddTenantAsync(Platform, "platform", "Platform", cancellationToken);
        await AddUserAsync(Platform, email!, "Platform admin", UserRoles.PlatformAdmin, userId: null, () => password, cancellationToken);
    }

    private Task AddTenantAsync(TenantId tenant, string key, string name, CancellationToken cancellationToken) => AddAsync(
        tenant,
        db => db.Set<Tenant>().AnyAsync(cancellationToken),
        () => Task.FromResult<object>(new Tenant { TenantId = tenant, Key = key, Name = name, CreatedAt = time.GetUtcNow() }),
        $"tenant/{key}",
        cancellationToken);

    private Task AddServiceAccountAsync(string clientId, Func<string> secret, bool live, CancellationToken cancellationToken) => AddAsync(
        Demo,
        db => db.Set<ServiceAccount>().AnyAsync(account => account.ClientId == clientId, cancellationToken),
        async () => new ServiceAccount
        {
            Id = ids.Next(),
            TenantId = Demo,
            ClientId = clientId,
            Name = clientId,
            Scopes = [.. Scopes.All],
            Live = live,
            SecretHash = await secrets.HashAsync(Demo, secret(), cancellationToken),
            IpAllowList = [],
            CreatedAt = time.GetUtcNow(),
        },
        $"service-account/{clientId}",
        cancellationToken);

    private Task AddUserAsync(TenantId tenant, string email, string name, string role, string? userId, Func<string> password, CancellationToken cancellationToken)
    {
        var user = NewUser.Row(ids.Next(), tenant, email, name, [role], time.GetUtcNow(), userId);
        user.SignInOrder = User.First; // whoever sets the service up says whose address it is
        return AddAsync(
            tenant,
            db => db.Set<User>().AnyAsync(row => row.NormalizedEmail == user.NormalizedEmail, cancellationToken),
            () =>
            {
                user.PasswordHash = hasher.HashPassword(user, password());
                return Task.FromResult<object>(user);
            },
            $"user/{user.Id}",
            cancellationToken);
    }

    /// <summary>What the row gives to whom. Nobody's address.</summary>
    private static AuditFields Fields(object row) => row switch
    {
        ServiceAccount account => ServiceAccounts.Fields(account),
        User user => new AuditFields().Text("userId", user.UserId).Texts("roles", user.Roles),
        Tenant tenant => new AuditFields().Text("key", tenant.Key).Text("name", tenant.Name),
        _ => throw new InvalidOperationException("nothing else is added"),
    };

    /// <summary>Hashing is slow, so it happens between looking and adding; another node may add the same meanwhile.</summary>
    private async Task AddAsync(TenantId tenant, Func<NotificationDbContext, Task<bool>> exists, Func<Task<object>> make, string target, CancellationToken cancellationToken)
    {
        if (await store.RunAsync(tenant, (db, _) => exists(db), cancellationToken))
            return;
        var row = await make();
        await store.RunAsync(
            tenant,
            async (db, cancellation) =>
            {
                // One seeder at a time; the second finds what the first has added.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(520093699)", cancellation);
                if (await exists(db))
                    return 0;
                db.Add(row);
                audit.Record(db, AuditActor.System(tenant), "seed.added", target, before: null, Fields(row));
                return await db.SaveChangesAsync(cancellation);
            },
            cancellationToken);
    }
}
