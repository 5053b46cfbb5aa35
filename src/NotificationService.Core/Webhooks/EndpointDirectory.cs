using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Credentials;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>Where to call an endpoint, and with what. Known for a second: so soon a change is heeded.</summary>
internal sealed class EndpointDirectory(Database database, CredentialVault vault, TimeProvider time, ILogger<EndpointDirectory> logger)
{
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(1);
    private static readonly Statement Load = Statement.Load("webhook_endpoints_load");

    private readonly ConcurrentDictionary<Guid, (long At, FoundEndpoint Found)> cache = new();

    /// <summary>Loads, in one statement, what is not known of these messages' endpoints.</summary>
    public async Task<IReadOnlyDictionary<Guid, FoundEndpoint>> FindAsync(IReadOnlyList<ClaimedMessage> messages, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, FoundEndpoint>();
        List<ClaimedMessage> unknown = [];
        foreach (var message in messages)
        {
            if (cache.TryGetValue(message.Endpoint, out var entry) && time.GetElapsedTime(entry.At) < Known)
                found[message.Endpoint] = entry.Found;
            else
                unknown.Add(message);
        }

        if (unknown.Count == 0)
            return found;
        await LoadAsync(unknown, found, cancellationToken);
        Forget();
        return found;
    }

    private async Task LoadAsync(List<ClaimedMessage> messages, Dictionary<Guid, FoundEndpoint> found, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        var asked = messages.Select(message => (message.Tenant, message.Endpoint)).Distinct().ToArray();
        await using (var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken))
        {
            batch.Add(
                TenantSet.Of(asked.Select(endpoint => endpoint.Tenant)),
                Load.With(
                    Parameter.Of("tenants", Array.ConvertAll(asked, endpoint => endpoint.Tenant.Value)), Parameter.Of("endpoints", Array.ConvertAll(asked, endpoint => endpoint.Endpoint))));
            await batch.CommitAsync(
                row => rows.Add(new Row(
                    row.GetGuid(Columns.Id), row.GetString(Columns.Url), row.GetBoolean(Columns.Enabled), row.GetStringOrNull(Columns.Field), row.IsDBNull(Columns.Sealed) ? null : row.GetFieldValue<byte[]>(Columns.Sealed),
                    row.GetOrNull<DateTimeOffset>(Columns.RetiresAt), row.GetInt32(Columns.Revision))),
                cancellationToken);
        }

        var now = time.GetTimestamp();
        var byEndpoint = rows.ToLookup(row => row.Id);
        foreach (var (tenant, endpoint) in asked)
        {
            found[endpoint] = ReadOrNot(tenant, endpoint, [.. byEndpoint[endpoint]]);
            cache[endpoint] = (now, found[endpoint]);
        }
    }

    /// <summary>Whatever stands in one endpoint's row, the others are called.</summary>
    private FoundEndpoint ReadOrNot(TenantId tenant, Guid endpoint, Row[] rows)
    {
        try
        {
            return Read(tenant, endpoint, rows);
        }
#pragma warning disable CA1031 // it is one row's fault
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.EndpointUnreadable(endpoint, exception.GetType().Name);
            return new FoundEndpoint.Unusable(rows[0].Revision);
        }
    }

    private FoundEndpoint Read(TenantId tenant, Guid endpoint, Row[] rows)
    {
        if (rows.Length == 0)
            return new FoundEndpoint.Missing();
        if (!rows[0].Enabled)
            return new FoundEndpoint.Disabled();
        var secrets = new List<(WebhookSecret Secret, DateTimeOffset? RetiresAt)>();
        var headers = new List<WebhookHeader>();
        foreach (var row in rows.Where(row => row.Field is not null))
        {
            var result = vault.Open(row.Sealed, new CredentialAddress(tenant, endpoint, row.Field!));
            if (result is OpenedCredential.Unreadable { IsKeyMissing: true })
            {
                logger.KeyMissing(endpoint);
                return new FoundEndpoint.KeyMissing();
            }

            if (result is not OpenedCredential.Readable opened)
                return new FoundEndpoint.Unusable(row.Revision);
            if (EndpointFields.HeaderOf(row.Field!) is { } header)
                headers.Add(new WebhookHeader(header, opened.Secret));
            else if (WebhookSecret.TryParse(opened.Secret, out var secret))
                secrets.Add((secret, row.RetiresAt));
        }

        return secrets.Count == 0 || !Uri.TryCreate(rows[0].Url, UriKind.Absolute, out var url)
            ? new FoundEndpoint.Unusable(rows[0].Revision)
            : new FoundEndpoint.Callable(url, rows[0].Revision, [.. secrets.OrderBy(secret => secret.RetiresAt is not null).Select(secret => secret.Secret)], headers);
    }

    private void Forget()
    {
        foreach (var (endpoint, entry) in cache)
        {
            if (time.GetElapsedTime(entry.At) > Known)
                cache.TryRemove(new KeyValuePair<Guid, (long, FoundEndpoint)>(endpoint, entry));
        }
    }

    private static class Columns
    {
        public static readonly Column
            Id = Load.Column("id"), Url = Load.Column("url"), Enabled = Load.Column("enabled"), Field = Load.Column("field"), Sealed = Load.Column("sealed"),
            RetiresAt = Load.Column("retires_at"), Revision = Load.Column("revision");
    }

    private readonly record struct Row(Guid Id, string Url, bool Enabled, string? Field, byte[]? Sealed, DateTimeOffset? RetiresAt, int Revision);
}

/// <summary>What there is of an endpoint that a message is for.</summary>
internal abstract record FoundEndpoint
{
    public sealed record Callable(Uri Url, int Revision, IReadOnlyList<WebhookSecret> Secrets, IReadOnlyList<WebhookHeader> Headers) : FoundEndpoint;

    public sealed record Disabled : FoundEndpoint;

    public sealed record Missing : FoundEndpoint;

    /// <summary>What is stored of it cannot be used: a secret or header does not decrypt, or there is no address.</summary>
    public sealed record Unusable(int Revision) : FoundEndpoint;

    /// <summary>What is sealed of it is sealed under a master key that this process does not have; another one may.</summary>
    public sealed record KeyMissing : FoundEndpoint;
}
