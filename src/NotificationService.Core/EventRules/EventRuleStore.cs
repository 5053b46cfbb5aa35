using Microsoft.EntityFrameworkCore;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.EventRules;

/// <summary>A tenant's rules, as people read and edit them, and as whoever takes events asks for them.</summary>
public sealed class EventRuleStore(TenantStore store, TemplateBinder templates, AuditLog audit, Ids ids, TimeProvider time)
{
    public const int MaxOfTenant = 500;
    public const int MaxOfType = 10;

    /// <summary>One page in the order in which they were made, and how many there are in all.</summary>
    public Task<(IReadOnlyList<EventRule> Rows, int Total)> ListAsync(TenantId tenant, string? type, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var all = db.Set<EventRule>().AsNoTracking().Where(rule => type == null || rule.Type == type);
            IReadOnlyList<EventRule> rows = await all.OrderBy(rule => rule.Id).Skip(skip).Take(take).ToListAsync(token);
            return (rows, await all.CountAsync(token));
        },
        cancellationToken);

    public Task<EventRule?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant, (db, token) => db.Set<EventRule>().AsNoTracking().SingleOrDefaultAsync(rule => rule.Id == id, token), cancellationToken);

    /// <summary>Those that say something about any of some types, in the order in which they were made.</summary>
    public Task<IReadOnlyList<EventRule>> EnabledAsync(TenantId tenant, IReadOnlyList<string> types, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) => (IReadOnlyList<EventRule>)await db.Set<EventRule>().AsNoTracking()
            .Where(rule => rule.Enabled && types.Contains(rule.Type)).OrderBy(rule => rule.Id).ToListAsync(token),
        cancellationToken);

    public async Task<EventRuleSaved> CreateAsync(Caller caller, EventRuleInput input, CancellationToken cancellationToken)
    {
        if (await CheckAsync(caller.Tenant, input, cancellationToken) is { Count: > 0 } issues)
            return new EventRuleSaved.Invalid(issues);
        return await store.RunAsync(
            caller.Tenant,
            async (db, token) =>
            {
                if (await FullAsync(db, caller.Tenant, input.Type, except: null, token) is { } full)
                    return full;
                var now = time.GetUtcNow();
                var rule = new EventRule
                {
                    Id = ids.Next(),
                    TenantId = caller.Tenant,
                    Type = input.Type,
                    Template = input.Template,
                    Recipient = "{}",
                    Enabled = input.Enabled,
                    Revision = 1,
                    CreatedAt = now,
                    UpdatedAt = now,
                };
                Write(rule, input, now);
                db.Add(rule);
                audit.Record(db, caller, "event_rule.created", $"event-rule/{rule.Id}", before: null, Fields(rule));
                await db.SaveChangesAsync(token);
                return new EventRuleSaved.Saved(rule);
            },
            cancellationToken);
    }

    public async Task<EventRuleSaved> ReplaceAsync(Caller caller, Guid id, EventRuleInput input, CancellationToken cancellationToken)
    {
        // Another tenant's rule is not there, whatever was sent for it.
        if (await FindAsync(caller.Tenant, id, cancellationToken) is null)
            return new EventRuleSaved.NotFound();
        if (await CheckAsync(caller.Tenant, input, cancellationToken) is { Count: > 0 } issues)
            return new EventRuleSaved.Invalid(issues);
        return await store.RunAsync<EventRuleSaved>(
            caller.Tenant,
            async (db, token) =>
            {
                if (await db.Set<EventRule>().SingleOrDefaultAsync(row => row.Id == id, token) is not { } rule)
                    return new EventRuleSaved.NotFound();
                if (await FullAsync(db, caller.Tenant, input.Type, except: id, token) is { } full)
                    return full;
                var before = Fields(rule);
                Write(rule, input, time.GetUtcNow());
                rule.Revision++;
                audit.Record(db, caller, "event_rule.changed", $"event-rule/{id}", before, Fields(rule));
                try
                {
                    await db.SaveChangesAsync(token);
                }
                catch (DbUpdateConcurrencyException)
                {
                    return new EventRuleSaved.ChangedMeanwhile();
                }

                return new EventRuleSaved.Saved(rule);
            },
            cancellationToken);
    }

    public Task<bool> RemoveAsync(Caller caller, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, token) =>
        {
            if (await db.Set<EventRule>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, token) is not { } rule)
                return false;
            // Two who remove it at once: one row goes, and both learn that it is gone.
            var removed = await db.Set<EventRule>().Where(row => row.Id == id).ExecuteDeleteAsync(token) == 1;
            if (removed)
                audit.Record(db, caller, "event_rule.removed", $"event-rule/{id}", Fields(rule), after: null);
            await db.SaveChangesAsync(token);
            return removed;
        },
        cancellationToken);

    private async Task<IReadOnlyList<RequestIssue>> CheckAsync(TenantId tenant, EventRuleInput input, CancellationToken cancellationToken)
    {
        var issues = input.Check(time.GetUtcNow());
        if (input.AllowMissing || issues.Any(issue => issue.Pointer == "/template") || await templates.FindAsync(tenant, input.Template, [], cancellationToken) is not null)
            return issues;
        return [.. issues, new RequestIssue("/template", "template_unknown", "There is no published template with this key. Publish it first, or say allowMissing: true.")];
    }

    private static async Task<EventRuleSaved?> FullAsync(NotificationDbContext db, TenantId tenant, string type, Guid? except, CancellationToken cancellationToken)
    {
        // Two at once take turns, so that the second counts the first one's.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({tenant.Value.ToString()}, 15))", cancellationToken);
        var others = db.Set<EventRule>().AsNoTracking().Where(rule => rule.Id != except);
        if (await others.CountAsync(rule => rule.Type == type, cancellationToken) >= MaxOfType)
            return new EventRuleSaved.TooMany($"There are {MaxOfType} rules for events of this type, and no more can be.");
        return await others.CountAsync(cancellationToken) >= MaxOfTenant ? new EventRuleSaved.TooMany($"A tenant has at most {MaxOfTenant} rules.") : null;
    }

    private static void Write(EventRule rule, EventRuleInput input, DateTimeOffset now)
    {
        (rule.Type, rule.Template, rule.Enabled, rule.UpdatedAt) = (input.Type, input.Template, input.Enabled, now);
        (rule.Category, rule.Priority) = (input.Category, input.Priority);
        rule.Channels = input.Channel is { } only ? [only] : input.Channels?.ToArray();
        rule.Recipient = EventRule.Json(input.Recipient) ?? throw new InvalidOperationException("checked before");
        rule.Data = EventRule.Json(input.Data);
    }

    /// <summary>Whom a rule names may be somebody's address: not shown.</summary>
    private static AuditFields Fields(EventRule rule) => new AuditFields().Text("type", rule.Type).Text("template", rule.Template).Flag("enabled", rule.Enabled).Text("category", rule.Category)
        .Text("priority", rule.Priority).Texts("channels", rule.Channels).Secret("recipient", rule.Recipient).Secret("data", rule.Data);
}
