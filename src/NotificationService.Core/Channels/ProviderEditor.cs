using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NotificationService.Channels.Routing;
using NotificationService.Credentials;
using NotificationService.Outbound;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Creates, changes and deletes a tenant's providers. Nothing is saved that could not be used.</summary>
public sealed class ProviderEditor(
    TenantStore store, ProviderStore providers, CredentialVault vault, ProviderTypes types, EndpointGuard guard,
    ProviderDirectory directory, TenantSettingsStore tenants, AuditLog audit, Ids ids, TimeProvider time, ILogger<ProviderEditor> logger)
{
    /// <summary>What decides where credentials go, and how well hidden.</summary>
    private static readonly string[] AddressSettings = ["baseUrl", "host", "port", "tls"];

    public Task<ProviderSaved> CreateAsync(Caller by, ProviderInput input, CancellationToken cancellationToken) =>
        CreateAsync(by.Tenant, by, input, cancellationToken);

    /// <summary>As the service itself, for a seed.</summary>
    public Task<ProviderSaved> CreateAsync(TenantId tenant, ProviderInput input, CancellationToken cancellationToken) =>
        CreateAsync(tenant, by: null, input, cancellationToken);

    public async Task<ProviderSaved> UpdateAsync(Caller by, Guid id, ProviderChange change, CancellationToken cancellationToken)
    {
        if (await providers.FindAsync(by.Tenant, id, cancellationToken) is not { } row)
            return new ProviderSaved.NotFound();
        if (change.Channel is { } channel && channel != row.Channel)
            return Immutable("/channel");
        if (change.Type is { } type && type != row.Type)
            return Immutable("/type");

        var given = change.Credentials ?? new Dictionary<string, string?>();
        var kept = row.Credentials.Where(stored => !given.TryGetValue(stored.Field, out var value) || value == stored.Hint).ToList();
        if (kept.Count > 0 && change.Settings is { } settings && MovesAway(JsonElement.Parse(row.Settings), settings))
            return new ProviderSaved.Invalid([.. kept.Select(stored => GiveAgain(stored.Field))]);
        var secrets = Opened(row, kept);
        var changed = given.Where(field => field.Value is not null && kept.All(stored => stored.Field != field.Key)).ToDictionary(field => field.Key, field => field.Value!);
        foreach (var (field, secret) in changed)
            secrets[field] = secret;

        change.ApplyTo(row, Now());
        if (await ErrorsAsync(row, secrets, cancellationToken) is { Count: > 0 } errors)
            return new ProviderSaved.Invalid(errors);
        return await SaveAsync(
            by.Tenant,
            async (db, token) =>
            {
                if (await db.Set<ProviderRow>().Include(found => found.Credentials).SingleOrDefaultAsync(found => found.Id == id, token) is not { } tracked)
                    return (null, false);
                db.Entry(tracked).Property(found => found.Revision).OriginalValue = row.Revision - 1; // as it was when it was checked
                var before = Fields(tracked);
                change.ApplyTo(tracked, row.UpdatedAt);
                tracked.Revision = row.Revision;
                tracked.Credentials.RemoveAll(stored => !changed.ContainsKey(stored.Field) && kept.All(keep => keep.Field != stored.Field));
                Seal(tracked, changed);
                Note(db, by, "provider.updated", tracked, before, Fields(tracked));
                // First: whether it is enabled now decides what is tried.
                await db.SaveChangesAsync(token);
                return (tracked, await SuspensionStore.LiftAsync(db, by.Tenant, id, token));
            },
            cancellationToken);
    }

    /// <summary>False when there was none. Deliveries in flight end as they began.</summary>
    public async Task<bool> DeleteAsync(Caller by, Guid id, CancellationToken cancellationToken)
    {
        var deleted = await store.RunAsync(
            by.Tenant,
            async (db, token) =>
            {
                if (await db.Set<ProviderRow>().AsNoTracking().Include(row => row.Credentials).SingleOrDefaultAsync(row => row.Id == id, token) is not { } row
                    || await db.Set<ProviderRow>().Where(found => found.Id == id).ExecuteDeleteAsync(token) == 0)
                {
                    return false;
                }

                Note(db, by, "provider.deleted", row, Fields(row), null);
                await db.SaveChangesAsync(token);
                return true;
            },
            cancellationToken);
        directory.Forget(by.Tenant);
        return deleted;
    }

    /// <summary>A person tried out a provider that was suspended, and it works: what waits for it is tried at once.</summary>
    public Task LiftSuspensionAsync(Caller by, Guid id, CancellationToken cancellationToken) => SaveAsync(
        by.Tenant,
        async (db, token) =>
        {
            if (await db.Set<ProviderRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, token) is not { } row)
                return (null, false);
            Note(db, by, "provider.unparked", row, before: null, after: null);
            await db.SaveChangesAsync(token);
            return (row, await SuspensionStore.LiftAsync(db, by.Tenant, id, token));
        },
        cancellationToken);

    private async Task<ProviderSaved> CreateAsync(TenantId tenant, Caller? by, ProviderInput input, CancellationToken cancellationToken)
    {
        var now = Now();
        var row = new ProviderRow
        {
            Id = ids.Next(),
            TenantId = tenant,
            Channel = input.Channel,
            Type = input.Type,
            Name = input.Name,
            Priority = input.Priority,
            Weight = input.Weight,
            Enabled = input.Enabled,
            RateLimit = input.RateLimit,
            Concurrency = input.Concurrency,
            Settings = input.Settings.GetRawText(),
            Revision = 1,
            CreatedAt = now,
            UpdatedAt = now,
        };
        if (await ErrorsAsync(row, input.Credentials, cancellationToken) is { Count: > 0 } errors)
            return new ProviderSaved.Invalid(errors);
        Seal(row, input.Credentials);
        return await SaveAsync(
            tenant,
            async (db, token) =>
            {
                db.Add(row);
                Note(db, by, "provider.created", row, null, Fields(row));
                await db.SaveChangesAsync(token);
                // What the others of its channel refused for their account, or what found none, is tried by this one.
                return (row, await SuspensionStore.LiftAsync(db, tenant, row.Id, token));
            },
            cancellationToken);
    }

    private async Task<ProviderSaved> SaveAsync(
        TenantId tenant, Func<NotificationDbContext, CancellationToken, Task<(ProviderRow? Row, bool IsMoreWaiting)>> change, CancellationToken cancellationToken)
    {
        try
        {
            var (saved, isMoreWaiting) = await store.RunAsync(
                tenant,
                async (db, token) =>
                {
                    var changed = await change(db, token);
                    await db.SaveChangesAsync(token);
                    return changed;
                },
                cancellationToken);
            if (isMoreWaiting)
                await SuspensionStore.LiftRestAsync(store, tenant, saved!.Id, logger, cancellationToken);
            return saved is null ? new ProviderSaved.NotFound() : new ProviderSaved.Saved(saved);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new ProviderSaved.ChangedMeanwhile();
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return new ProviderSaved.NameTaken();
        }
        finally
        {
            directory.Forget(tenant);
        }
    }

    private async Task<IReadOnlyList<ProviderConfigurationError>> ErrorsAsync(
        ProviderRow row, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var configuration = ProviderStore.Configuration(row, secrets);
        var errors = types.Validate(configuration).ToList();
        if (configuration.Settings.ValueKind != JsonValueKind.Object)
            return errors;
        if (SenderDomain.Of(configuration.Settings) is { } domain && await tenants.FindAsync(row.TenantId, cancellationToken) is { } tenant && !tenant.AllowsSender(domain))
            errors.Add(new ProviderConfigurationError(SenderDomain.Pointer, SenderDomain.Code, $"comes from {domain}, which is none of the tenant's sendingDomains"));
        foreach (var (pointer, host) in Hosts(configuration.Settings))
        {
            if (errors.All(error => error.Pointer != pointer) && await guard.RefusalAsync(host, cancellationToken) is { } refusal)
                errors.Add(new ProviderConfigurationError(pointer, "url_address_forbidden", refusal));
        }

        return errors;
    }

    /// <summary>Every address that a provider connects to is in one of these two settings.</summary>
    private static IEnumerable<(string Pointer, string Host)> Hosts(JsonElement settings)
    {
        if (settings.TryGetProperty("baseUrl", out var url) && Uri.TryCreate(url.ToString(), UriKind.Absolute, out var uri) && AddressName.Of(uri) is { } called)
            yield return ("/settings/baseUrl", called);
        if (settings.TryGetProperty("host", out var host) && host.ToString() is { Length: > 0 } name)
            yield return ("/settings/host", name);
    }

    /// <summary>What can still be opened of the credentials that stay; one that cannot counts as missing, so that the check asks for it.</summary>
    private Dictionary<string, string> Opened(ProviderRow row, IEnumerable<ProviderCredentialRow> kept) => kept
        .Select(stored => (stored.Field, Opened: vault.Open(stored.Sealed, new CredentialAddress(row.TenantId, row.Id, stored.Field))))
        .Where(stored => stored.Opened is OpenedCredential.Readable)
        .ToDictionary(stored => stored.Field, stored => ((OpenedCredential.Readable)stored.Opened).Secret);

    private void Seal(ProviderRow row, IReadOnlyDictionary<string, string> secrets)
    {
        foreach (var (field, secret) in secrets)
        {
            var bytes = vault.Seal(secret, new CredentialAddress(row.TenantId, row.Id, field));
            if (row.Credentials.Find(stored => stored.Field == field) is { } stored)
            {
                (stored.KeyId, stored.Sealed, stored.Hint) = (vault.CurrentKeyId, bytes, CredentialHint.Of(secret));
                continue;
            }

            row.Credentials.Add(new ProviderCredentialRow
            {
                TenantId = row.TenantId,
                ProviderId = row.Id,
                Field = field,
                KeyId = vault.CurrentKeyId,
                Sealed = bytes,
                Hint = CredentialHint.Of(secret),
            });
        }
    }

    /// <summary>As exact as the database keeps it, so that what is answered now is what will be read.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private void Note(NotificationDbContext db, Caller? by, string action, ProviderRow row, AuditFields? before, AuditFields? after) =>
        audit.Record(db, by is null ? AuditActor.System(row.TenantId) : AuditActor.Of(by), action, $"provider/{row.Id}", before, after);

    /// <summary>Of secrets that they are there; of addresses that the service calls the host.</summary>
    private static AuditFields Fields(ProviderRow row)
    {
        var fields = new AuditFields().Text("channel", row.Channel.ToName()).Text("type", row.Type).Text("name", row.Name).Number("priority", row.Priority).Number("weight", row.Weight)
            .Flag("enabled", row.Enabled).Number("rateLimit", row.RateLimit).Number("concurrency", row.Concurrency);
        foreach (var stored in row.Credentials.OrderBy(stored => stored.Field, StringComparer.Ordinal))
            fields.Secret($"credentials.{stored.Field}", Convert.ToBase64String(stored.Sealed));
        return fields.Members("settings", row.Settings);
    }

    /// <summary>Whether credentials would go elsewhere than they were given for.</summary>
    private static bool MovesAway(JsonElement from, JsonElement to) => to.ValueKind == JsonValueKind.Object
        && AddressSettings.Any(name => Text(from, name) != Text(to, name));

    private static string? Text(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    private static ProviderConfigurationError GiveAgain(string field) =>
        new($"/credentials/{field}", "required", "must be given again, because the change sends it to another address; stored credentials never leave for where they were not meant");

    private static ProviderSaved.Invalid Immutable(string pointer) =>
        new([new ProviderConfigurationError(pointer, "immutable", "cannot be changed; create another provider and delete this one")]);
}
