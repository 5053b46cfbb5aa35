using Microsoft.EntityFrameworkCore;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Outbound;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>Creates, changes and deletes a tenant's endpoints. Nothing is saved that could not be called.</summary>
public sealed class WebhookEndpointEditor(
    TenantStore store, WebhookEndpointStore endpoints, CredentialVault vault, EndpointGuard guard, AuditLog audit, Ids ids, TimeProvider time)
{
    public const int Max = 50;

    private static readonly Dictionary<string, int> Nothing = [];

    public async Task<WebhookEndpointSaved> CreateAsync(Caller by, WebhookEndpointInput input, CancellationToken cancellationToken)
    {
        var (url, errors) = await CheckAsync(input, Nothing, before: null, cancellationToken);
        if (url is null || errors.Count > 0)
            return new WebhookEndpointSaved.Invalid(errors);
        var (now, secret) = (Now(), WebhookSecret.New());
        var row = new WebhookEndpointRow
        {
            Id = ids.Next(),
            TenantId = by.Tenant,
            Url = url.AbsoluteUri,
            Events = [],
            Headers = "{}",
            Enabled = true,
            CreatedAt = now,
        };
        input.ApplyTo(row, url.AbsoluteUri, now);
        PutHeaders(row, input, Nothing, now);
        row.Secrets.Add(Sealed(row, EndpointFields.Secret(1), secret.Reveal(), now));
        return await store.RunAsync<WebhookEndpointSaved>(
            by.Tenant,
            async (db, token) =>
            {
                // Two at once take turns, so that together they do not pass the limit.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({by.Tenant.Value.ToString()}, 14))", token);
                if (await db.Set<WebhookEndpointRow>().CountAsync(token) >= Max)
                    return new WebhookEndpointSaved.LimitReached();
                db.Add(row);
                Note(db, by, "webhook_endpoint.created", row.Id, null, Fields(row));
                await db.SaveChangesAsync(token);
                return new WebhookEndpointSaved.Saved(row, secret);
            },
            cancellationToken);
    }

    public async Task<WebhookEndpointSaved> UpdateAsync(Caller by, Guid id, WebhookEndpointInput input, CancellationToken cancellationToken)
    {
        if (await endpoints.FindAsync(by.Tenant, id, cancellationToken) is not { } before)
            return new WebhookEndpointSaved.NotFound();
        var kept = Kept(before, input);
        var (url, errors) = await CheckAsync(input, kept, before, cancellationToken);
        if (url is null || errors.Count > 0)
            return new WebhookEndpointSaved.Invalid(errors);
        return await ChangeAsync(
            by.Tenant, id, before.Revision,
            (db, row) =>
            {
                var was = Fields(row);
                input.ApplyTo(row, url.AbsoluteUri, Now());
                PutHeaders(row, input, kept, row.UpdatedAt);
                Note(db, by, "webhook_endpoint.updated", row.Id, was, Fields(row));
            },
            cancellationToken);
    }

    /// <summary>False when there was none. What is queued for it is dropped.</summary>
    public Task<bool> DeleteAsync(Caller by, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        by.Tenant,
        async (db, token) =>
        {
            if (await db.Set<WebhookEndpointRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, token) is not { } row
                || await db.Set<WebhookEndpointRow>().Where(found => found.Id == id).ExecuteDeleteAsync(token) == 0)
            {
                return false;
            }

            Note(db, by, "webhook_endpoint.deleted", row.Id, Fields(row), null);
            await db.SaveChangesAsync(token);
            return true;
        },
        cancellationToken);

    /// <summary>A new signing secret; the one before signs too for a while.</summary>
    public async Task<WebhookSecretRotated> RotateAsync(Caller by, Guid id, TimeSpan keepOldFor, CancellationToken cancellationToken)
    {
        if (await endpoints.FindAsync(by.Tenant, id, cancellationToken) is not { } before)
            return new WebhookSecretRotated.NotFound();
        var (now, secret) = (Now(), WebhookSecret.New());
        if (SecretRotation.Full(before.Secrets, now) is { } nextRetiresAt)
            return new WebhookSecretRotated.TooMany(nextRetiresAt);
        var saved = await ChangeAsync(
            by.Tenant, id, before.Revision,
            (db, row) =>
            {
                var was = Fields(row);
                var number = SecretRotation.Retire(row.Secrets, now, keepOldFor);
                row.Secrets.Add(Sealed(row, EndpointFields.Secret(number), secret.Reveal(), now));
                row.UpdatedAt = now;
                row.Revision++;
                Note(db, by, "webhook_endpoint.secret_rotated", row.Id, was, Fields(row));
            },
            cancellationToken);
        return saved switch
        {
            WebhookEndpointSaved.Saved done => new WebhookSecretRotated.Rotated(done.Row, secret, now + keepOldFor),
            WebhookEndpointSaved.NotFound => new WebhookSecretRotated.NotFound(),
            _ => new WebhookSecretRotated.ChangedMeanwhile(),
        };
    }

    private async Task<WebhookEndpointSaved> ChangeAsync(
        TenantId tenant, Guid id, int revision, Action<NotificationDbContext, WebhookEndpointRow> change, CancellationToken cancellationToken)
    {
        try
        {
            return await store.RunAsync<WebhookEndpointSaved>(
                tenant,
                async (db, token) =>
                {
                    if (await db.Set<WebhookEndpointRow>().Include(row => row.Secrets).SingleOrDefaultAsync(row => row.Id == id, token) is not { } row)
                        return new WebhookEndpointSaved.NotFound();
                    if (row.Revision != revision)
                        return new WebhookEndpointSaved.ChangedMeanwhile(); // it is no longer what was checked
                    change(db, row);
                    await db.SaveChangesAsync(token);
                    return new WebhookEndpointSaved.Saved(row);
                },
                cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new WebhookEndpointSaved.ChangedMeanwhile();
        }
    }

    /// <summary>The address as it is kept, and everything that is wrong.</summary>
    private async Task<(Uri? Url, List<WebhookEndpointError> Errors)> CheckAsync(
        WebhookEndpointInput input, Dictionary<string, int> kept, WebhookEndpointRow? before, CancellationToken cancellationToken)
    {
        var errors = HeaderRules.ErrorsOf(input.Headers, kept).ToList();
        var text = input.Url ?? before?.Url ?? "";
        if (text == before?.Url)
            return (new Uri(text), errors); // looked at when it was saved, and at every connection
        switch (await EndpointUrl.ReadAsync(text, guard, cancellationToken))
        {
            case EndpointAddress.Usable usable:
                if (before is not null && MovesAway(new Uri(before.Url), usable.Url))
                    errors.AddRange(kept.Keys.Select(GiveAgain));
                return (usable.Url, errors);
            case EndpointAddress.Refused refused:
                errors.InsertRange(0, refused.Faults.Select(fault => new WebhookEndpointError("/url", fault.Code, fault.Message)));
                break;
        }

        return (null, errors);
    }

    /// <summary>Which headers stay as they are stored, in a change those that are not named, and everywhere those that are still masked; and how long their values are.</summary>
    private static Dictionary<string, int> Kept(WebhookEndpointRow row, WebhookEndpointInput input)
    {
        var named = input.Headers?.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        return WebhookHeaders.FromJson(row.Headers)
            .Where(stored => input.Headers?.TryGetValue(stored.Name, out var given) == true ? given == stored.Value : !input.Whole && !named.Contains(stored.Name))
            .ToDictionary(
                stored => stored.Name,
                stored => row.Secrets.Find(secret => secret.Field == EndpointFields.Header(stored.Name)) is { } secret ? CredentialVault.LengthOf(secret.Sealed) : 0);
    }

    private void PutHeaders(WebhookEndpointRow row, WebhookEndpointInput input, Dictionary<string, int> kept, DateTimeOffset now)
    {
        List<WebhookHeader> shown = [.. WebhookHeaders.FromJson(row.Headers).Where(stored => kept.ContainsKey(stored.Name))];
        List<(string Name, string Value)> given = [.. (input.Headers ?? new Dictionary<string, string?>())
            .Where(header => header.Value is not null && !kept.ContainsKey(header.Key)).Select(header => (header.Key, header.Value!))];
        row.Secrets.RemoveAll(secret => !EndpointFields.IsSecret(secret.Field)
            && shown.TrueForAll(header => EndpointFields.Header(header.Name) != secret.Field)
            && given.TrueForAll(header => EndpointFields.Header(header.Name) != secret.Field));
        foreach (var (name, value) in given)
        {
            var put = Sealed(row, EndpointFields.Header(name), value, now);
            if (row.Secrets.Find(secret => secret.Field == put.Field) is { } stored)
                (stored.KeyId, stored.Sealed, stored.CreatedAt) = (put.KeyId, put.Sealed, put.CreatedAt);
            else
                row.Secrets.Add(put);
            shown.Add(new WebhookHeader(name, CredentialHint.Of(value)));
        }

        row.Headers = WebhookHeaders.ToJson(shown.OrderBy(header => header.Name, StringComparer.OrdinalIgnoreCase));
    }

    private WebhookSecretRow Sealed(WebhookEndpointRow row, string field, string secret, DateTimeOffset now) => new()
    {
        TenantId = row.TenantId,
        EndpointId = row.Id,
        Field = field,
        KeyId = vault.CurrentKeyId,
        Sealed = vault.Seal(secret, new CredentialAddress(row.TenantId, row.Id, field)),
        CreatedAt = now,
    };

    /// <summary>As exact as the database keeps it, so that what is answered now is what will be read.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private void Note(NotificationDbContext db, Caller by, string action, Guid id, AuditFields? before, AuditFields? after) =>
        audit.Record(db, by, action, $"webhook_endpoint/{id}", before, after);

    /// <summary>Neither secrets nor what may be one: of the address not even the host, of headers the names.</summary>
    private static AuditFields Fields(WebhookEndpointRow row)
    {
        var fields = new AuditFields().Secret("url", row.Url).Texts("events", row.Events).Flag("enabled", row.Enabled).Text("description", row.Description).Text("payload", row.Payload.ToString())
            .Texts("channels", row.Channels?.Select(channel => ((ChannelKind)channel).ToName())).Texts("categories", row.Categories).Number("batches", row.Batches?.Length);
        foreach (var secret in row.Secrets.Where(secret => secret.RetiresAt is null).OrderBy(secret => secret.Field, StringComparer.Ordinal))
            fields.Secret(EndpointFields.IsSecret(secret.Field) ? "secret" : secret.Field, Convert.ToBase64String(secret.Sealed));
        return fields;
    }

    /// <summary>Whether stored header values would go elsewhere than they were given for.</summary>
    private static bool MovesAway(Uri from, Uri to) => from.Scheme != to.Scheme || from.IdnHost != to.IdnHost || from.Port != to.Port;

    private static WebhookEndpointError GiveAgain(string name) => new(
        $"/headers/{name.Replace("~", "~0", StringComparison.Ordinal)}", "required",
        "must be given again, because the change sends it to another address; stored values never leave for where they were not meant");
}
