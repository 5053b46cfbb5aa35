using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Quotas;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Templates.Language;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>A request that was checked, bound to a template version and planned; nothing is stored yet.</summary>
public sealed record PreparedNotification(
    NotificationId Id,
    ValidatedRequest Request,
    PublishedTemplate? Template,
    CompiledTemplate? Compiled,
    DateTimeOffset Now,
    IReadOnlyList<PlannedDelivery> Deliveries,
    IReadOnlyList<SkippedChannel> Skipped)
{
    /// <summary>What the send names, or else its template.</summary>
    public string? Category => Request.Category ?? Template?.Category;

    /// <summary>Nobody has used the category before.</summary>
    public bool IsFirstOfCategory { get; init; }
}

/// <summary>Makes all decisions about a request; sending and a dry run share them.</summary>
public sealed class NotificationPreparer(TemplateCatalog templates, CategoryCatalog catalog, CategoryStore categories, RecipientCompletion recipients, ObjectionLookup objections, TenantSettingsCache tenants, Ids ids, TimeProvider time)
{
    private static RequestIssue TooManyCategories { get; } = new(
        "/category", CategoryLimitCode, $"A tenant has at most {CategoryStore.MaxOfTenant} categories, and this would be another one. Use one of them, or delete some that are not used.");

    /// <summary>The code of a send under a key that is new, where the tenant has as many as it may have.</summary>
    public const string CategoryLimitCode = "category_limit";

    /// <summary>What looking for missing variables takes of one request at most: as much as one render may.</summary>
    public static TimeSpan LongestCheck => TemplateLimits.RenderTime;

    /// <summary>The notification, or null and everything that is wrong.</summary>
    public ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        Caller caller, NotificationRequest request, QuotaReservation? quotas, CancellationToken cancellationToken) => PrepareAsync(caller, request, NextId(), found: null, quotas, cancellationToken);

    internal NotificationId NextId() => NotificationId.From(ids.Next());

    /// <summary>Looks up at once the recipients of many requests that are then prepared one by one.</summary>
    public async Task<FoundRecipients> FindRecipientsAsync(TenantId tenant, bool live, IEnumerable<NotificationRequest> requests, CancellationToken cancellationToken)
    {
        if (!await AsksForRecipientsAsync(tenant, cancellationToken))
            return FoundRecipients.Unasked;
        var all = requests.ToList();
        var found = await recipients.FindAsync(new DirectoryId(tenant, live), all, cancellationToken);
        return found.And(await objections.FindAsync(tenant, all.SelectMany(found.MayBe), cancellationToken));
    }

    /// <summary>Whether recipients of a tenant, or what stands against sending to them, may have to be looked up: no connection and no row is to be held meanwhile.</summary>
    public async ValueTask<bool> AsksForRecipientsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        await recipients.IsOnAsync(tenant, cancellationToken) || await objections.HasAnyAsync(tenant, cancellationToken);

    /// <param name="caller">Whose it is.</param>
    /// <param name="request">As it came.</param>
    /// <param name="id">Under which it will be stored.</param>
    /// <param name="found">What is known of recipients; null: ask.</param>
    /// <param name="quotas">What it takes of its tenant's day, all of it or nothing; null where nothing is limited or nothing will be sent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        Caller caller, NotificationRequest request, NotificationId id, FoundRecipients? found, QuotaReservation? quotas, CancellationToken cancellationToken)
    {
        var (prepared, issues) = await CheckAsync(caller, request, id, found, cancellationToken);
        if (prepared is { IsFirstOfCategory: true, Category: { } category } && !await categories.NoteAsync(caller.Tenant, category, cancellationToken))
            return (null, [TooManyCategories]);
        if (prepared is null || quotas is null)
            return (prepared, issues);
        // Last of all: what is refused for anything else takes nothing.
        var channels = prepared.Deliveries.Where(delivery => delivery.IsToBeSent).Select(delivery => delivery.Channel);
        return await quotas.TakeAsync(id.Value, channels, prepared.Request.Recipient.Phone, cancellationToken) is { } refusal ? (null, [Issue(refusal, prepared.Now)]) : (prepared, issues);
    }

    private static RequestIssue Issue(QuotaRefusal refusal, DateTimeOffset now) => new(refusal.Limit.Prefix is null ? "/channels" : "/recipient/phone", refusal.Code, refusal.Message)
    {
        RetryAfter = refusal.EndsWithTheDay ? refusal.Limit.Day.Ends - now : null,
    };

    /// <summary>Makes all decisions and leaves no trace of them: what a dry run is.</summary>
    /// <param name="caller">Whose it would be.</param>
    /// <param name="request">As it came.</param>
    /// <param name="id">Under which it would be stored.</param>
    /// <param name="found">What is known of recipients; null: ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> CheckAsync(
        Caller caller, NotificationRequest request, NotificationId id, FoundRecipients? found, CancellationToken cancellationToken)
    {
        var (tenant, now) = (caller.Tenant, time.GetUtcNow());
        var (good, issues) = RequestCheck.Check(request, now);
        if (good is null)
            return (null, issues);
        var (validated, unavailable) = await recipients.CompleteAsync(new DirectoryId(tenant, caller.Live), good, found, cancellationToken);
        if (validated is null)
            return (null, [unavailable!]);

        PublishedTemplate? template = null;
        if (validated.TemplateKey is { } key)
        {
            template = request.Pinned ?? await templates.FindPublishedAsync(tenant, key, cancellationToken);
            if (template is null)
                return (null, [new RequestIssue("/template", "template_unknown", "There is no published template with this key.")]);
        }

        var (rule, tooMany) = await CategoryAsync(tenant, validated.Category ?? template?.Category, cancellationToken);
        if (tooMany is not null)
            return (null, [tooMany]);
        // What the send says itself wins.
        if (rule?.ExpiresAfter is { } after && validated.ExpiresAt is null)
            validated = validated with { ExpiresAt = (validated.SendAt ?? now) + after };
        var isFirst = rule is null && (validated.Category ?? template?.Category) is not null;
        var known = found?.Objections ?? await objections.FindAsync(tenant, validated.Recipient, cancellationToken);
        var facts = new PlanFacts(validated.Category ?? template?.Category, rule ?? CategoryRule.Silent, known.Of(validated.Recipient.UserId), known.Of(validated.Recipient));
        if (facts.Person?.QuietHours is not null)
            facts = facts with { Timezone = (await tenants.GetAsync(tenant, cancellationToken)).Timezone };
        var outcome = DeliveryPlanner.Plan(validated, template, id, now, facts);
        if (outcome is not PlanOutcome.Planned planned)
            return (null, [((PlanOutcome.Refused)outcome).Issue]);
        if (template is null)
            return (new PreparedNotification(id, validated, null, null, now, planned.Deliveries, planned.Skipped) { IsFirstOfCategory = isFirst }, []);

        CompiledTemplate compiled;
        try
        {
            compiled = await templates.LoadAsync(tenant, template.Id, template.Version, cancellationToken);
        }
        catch (TemplateUnreadableException exception)
        {
            return (null, [new RequestIssue("/template", TemplateUnreadableException.Code, $"{exception.Message}.")]);
        }

        var missing = Missing(request, validated, compiled, planned.Deliveries);
        return missing.Count > 0
            ? (null, missing)
            : (new PreparedNotification(id, validated, template, compiled, now, planned.Deliveries, planned.Skipped) { IsFirstOfCategory = isFirst }, []);
    }

    /// <summary>What the category says; null for one that nobody has used, and for none. Or that there is no room for another one.</summary>
    private async ValueTask<(CategoryRule? Rule, RequestIssue? Issue)> CategoryAsync(TenantId tenant, string? key, CancellationToken cancellationToken)
    {
        if (key is null)
            return (null, null);
        var known = await catalog.GetAsync(tenant, cancellationToken);
        var rule = known.ByKey.GetValueOrDefault(key);
        return (rule, rule is null && known.IsFull ? TooManyCategories : null);
    }

    /// <summary>Every variable that some channel needs and the data lacks, each once, with the channels that need it; then what the template's schema has against the data.</summary>
    private static IReadOnlyList<RequestIssue> Missing(NotificationRequest request, ValidatedRequest validated, CompiledTemplate template, IReadOnlyList<PlannedDelivery> deliveries) =>
        template.CheckVariables([.. deliveries.Select(delivery => delivery.Channel)], validated.Recipient.Locale, validated.Data.Span, request.DataAreTexts) switch
        {
            VariableCheck.Stopped stopped => [new RequestIssue("/data", stopped.Code, $"The template cannot be rendered with these data: {stopped.Message}.")],
            VariableCheck.Done { Missing.Count: 0, Issues.Count: 0 } => [],
            VariableCheck.Done done => [.. done.Missing.GroupBy(missing => missing.Variable, StringComparer.Ordinal).Select(Missing)
                .Concat(done.Issues.Select(issue => new RequestIssue($"/data{issue.Pointer}", issue.Code, $"The template's schema refuses this: {issue.Message}.")))
                .DistinctBy(issue => (issue.Pointer, issue.Code)).Take(TemplateLimits.MissingVariables)],
            _ => throw new InvalidOperationException("a closed set"),
        };

    private static RequestIssue Missing(IGrouping<string, MissingVariable> missing) => new(
        $"/data/{missing.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal).Replace('.', '/')}",
        "variable_missing",
        $"The template needs the variable '{missing.Key}' ({string.Join(", ", missing.Select(one => one.Channel.ToName()))}).");
}
