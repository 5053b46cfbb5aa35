using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Deliveries;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Inbox;

namespace NotificationService.Host.Api.Inbox;

/// <summary>An item of an inbox.</summary>
/// <param name="Id">That of its delivery.</param>
/// <param name="Category">Absent for none.</param>
/// <param name="Priority">critical, high, normal or low.</param>
/// <param name="Status">unread, read or archived.</param>
/// <param name="Seen">Whether the inbox was open since the item came.</param>
/// <param name="ActionUrl">What opens when the item is chosen.</param>
/// <param name="Actions">Its buttons, each with a label; none is an empty list.</param>
/// <param name="Data">The metadata of its notification.</param>
/// <param name="ArrivedAt">When it came, or came back from a snooze: lists are in this order.</param>
/// <param name="SnoozedUntil">When it comes back, while it is put off.</param>
/// <param name="Version">Of its last change. Of two states of an item the one with the higher version is the later one.</param>
public sealed record InboxItemResponse(
    Guid Id,
    string Title,
    string Body,
    string? Category,
    string Priority,
    string Status,
    bool Seen,
    string? ActionUrl,
    IReadOnlyList<RawJson> Actions,
    RawJson? Data,
    DateTimeOffset CreatedAt,
    DateTimeOffset ArrivedAt,
    DateTimeOffset? ReadAt,
    DateTimeOffset? ArchivedAt,
    DateTimeOffset? SnoozedUntil,
    long Version)
{
    /// <summary>What stands in an inbox stays out of logs and exceptions.</summary>
    public override string ToString() => $"inbox item {Id}";

    internal static InboxItemResponse Of(InboxItem item) => new(
        item.Id,
        item.Title,
        item.Body,
        item.Category,
        ((Priority)item.Priority).ToName(),
        (item.ArchivedAt is not null ? InboxStatus.Archived : item.ReadAt is not null ? InboxStatus.Read : InboxStatus.Unread).ToName(),
        item.Seen,
        item.ActionUrl,
        item.Actions is null ? [] : ActionsOf(item.Actions),
        item.Data is null ? null : new RawJson(item.Data),
        item.CreatedAt,
        item.ArrivedAt,
        item.ReadAt,
        item.ArchivedAt,
        item.SnoozedUntil,
        item.Version);

    private static List<RawJson> ActionsOf(byte[] json)
    {
        using var actions = JsonDocument.Parse(json);
        return [.. actions.RootElement.EnumerateArray().Select(action => new RawJson(System.Text.Encoding.UTF8.GetBytes(action.GetRawText())))];
    }
}

/// <summary>How much waits in an inbox.</summary>
/// <param name="Unread">Neither read nor archived, snoozed or deleted.</param>
/// <param name="Unseen">The unread items that came since the inbox was last open.</param>
/// <param name="Version">Of two answers the one with the higher version is the later one.</param>
public sealed record InboxCountsResponse(long Unread, long Unseen, long Version)
{
    internal static InboxCountsResponse Of(InboxCounts counts) => new(counts.Unread, counts.Unseen, counts.Version);
}

/// <summary>What became of several items.</summary>
/// <param name="Changed">How many were something else before.</param>
/// <param name="Unread">Unread items afterwards.</param>
/// <param name="Unseen">Unseen items afterwards.</param>
/// <param name="Version">The version of these counts.</param>
public sealed record InboxChangedResponse(int Changed, long Unread, long Unseen, long Version);

/// <summary>What changed in an inbox since a cursor.</summary>
/// <param name="Items">In the order of the changes, each once, as it is now; what is archived or snoozed too.</param>
/// <param name="Deleted">Ids of items that are gone.</param>
/// <param name="Cursor">Where to go on the next time.</param>
/// <param name="HasMore">Whether more changed: ask again at once.</param>
/// <param name="Reset">The cursor was too old: forget what you have.</param>
/// <param name="Unread">Unread items as of <paramref name="Version"/>.</param>
/// <param name="Unseen">Unseen items as of <paramref name="Version"/>.</param>
/// <param name="Version">The version of these counts.</param>
public sealed record InboxChangesResponse(IReadOnlyList<InboxItemResponse> Items, IReadOnlyList<Guid> Deleted, string Cursor, bool HasMore, bool Reset, long Unread, long Unseen, long Version)
{
    internal static InboxChangesResponse Of(InboxChanges changes) => new(
        [.. changes.Items.Where(item => item.Status != InboxStatus.Deleted).Select(InboxItemResponse.Of)],
        [.. changes.Items.Where(item => item.Status == InboxStatus.Deleted).Select(item => item.Id)],
        InboxCursor.Write(changes.Cursor), changes.HasMore, changes.Reset, changes.Counts.Unread, changes.Counts.Unseen, changes.Counts.Version);
}

/// <summary>Several items.</summary>
/// <param name="Ids">Their ids.</param>
public sealed record InboxIdsRequest(IReadOnlyList<Guid>? Ids)
{
    internal const int MaxIds = 1_000;

    internal static List<FieldError> Check(IReadOnlyList<Guid>? ids) => ids is { Count: > 0 and <= MaxIds } ? [] : [new FieldError("/ids", ids is null ? "required" : "too_many", $"'ids' are 1 to {MaxIds} ids of items.")];
}

/// <summary>What is to be marked as read.</summary>
public sealed record InboxReadAllRequest
{
    /// <summary>Only of this category.</summary>
    public string? Category { get; init; }

    /// <summary>Only what arrived before this time.</summary>
    public DateTimeOffset? Before { get; init; }
}

/// <summary>What was seen.</summary>
/// <param name="Before">Only what arrived before this time.</param>
public sealed record InboxSeenRequest(DateTimeOffset? Before);

/// <summary>Until when an item is put off.</summary>
/// <param name="Until">A time to come, before the year 2200.</param>
public sealed record InboxSnoozeRequest(DateTimeOffset? Until)
{
    internal List<FieldError> Check(DateTimeOffset now) => Until is { } until && until > now && until.Year < 2200
        ? []
        : [new FieldError("/until", Until is null ? "required" : "datetime_invalid", "'until' is a time to come, before the year 2200.")];
}

/// <summary>What is to be deleted: either ids or a filter.</summary>
public sealed record InboxDeleteRequest
{
    /// <summary>Items.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Everything that matches.</summary>
    public InboxDeleteFilter? Filter { get; init; }

    internal List<FieldError> Check()
    {
        if (Ids is not null && Filter is not null)
            return [new FieldError("/filter", "not_both", "Either 'ids' or a 'filter'.")];
        if (Filter is null)
            return InboxIdsRequest.Check(Ids);
        var errors = new List<FieldError>();
        if (Filter.Status is { } status && !InboxBodies.Statuses.Contains(status))
            errors.Add(new FieldError("/filter/status", "choice_invalid", $"'status' is one of {string.Join(", ", InboxBodies.Statuses)}."));
        if (InboxBodies.CheckCategory(Filter.Category, "/filter/category") is { } error)
            errors.Add(error);
        return errors;
    }
}

/// <summary>Which items are to be deleted.</summary>
public sealed record InboxDeleteFilter
{
    /// <summary>unread, read, archived or snoozed; left out for those that are neither archived nor snoozed.</summary>
    public string? Status { get; init; }

    /// <summary>Only of this category.</summary>
    public string? Category { get; init; }

    /// <summary>Only what arrived before this time.</summary>
    public DateTimeOffset? Before { get; init; }
}

/// <summary>What a device did while it was offline.</summary>
/// <param name="Operations">In any order.</param>
public sealed record InboxSyncRequest(IReadOnlyList<InboxOperation?>? Operations)
{
    internal const int MaxOperations = 1_000;

    internal List<FieldError> Check()
    {
        if (Operations is not { Count: > 0 and <= MaxOperations } operations)
            return [new FieldError("/operations", Operations is null ? "required" : "too_many", $"'operations' are 1 to {MaxOperations}.")];
        var errors = new List<FieldError>();
        for (var i = 0; i < operations.Count && errors.Count < Problems.MaxErrors; i++)
        {
            if (operations[i] is not { Id: not null } operation)
                errors.Add(new FieldError($"/operations/{i}/id", "required", "The item's id."));
            else if (operation.Action is null || !InboxOperation.Actions.Contains(operation.Action))
                errors.Add(new FieldError($"/operations/{i}/action", "choice_invalid", $"'action' is one of {string.Join(", ", InboxOperation.Actions)}."));
            else if (operation.At is null)
                errors.Add(new FieldError($"/operations/{i}/at", "required", "When it was done."));
        }

        return errors;
    }
}

/// <summary>One thing that was done to one item.</summary>
/// <param name="Id">The item.</param>
/// <param name="Action">read, unread, archive, unarchive or delete.</param>
/// <param name="At">When, by the device's clock.</param>
public sealed record InboxOperation(Guid? Id, string? Action, DateTimeOffset? At)
{
    internal static readonly string[] Actions = ["read", "unread", "archive", "unarchive", "delete"];

    internal InboxChange ToChange() => Action switch
    {
        "read" or "unread" => new InboxChange(Id!.Value) { Read = new Decision(Action == "read", At) },
        "archive" or "unarchive" => new InboxChange(Id!.Value) { Archived = new Decision(Action == "archive", At) },
        _ => new InboxChange(Id!.Value) { Deleted = true },
    };
}

/// <summary>What became of a device's operations.</summary>
/// <param name="Applied">How many items are as the operations said.</param>
/// <param name="Ignored">Items that are not, each with its reason.</param>
/// <param name="Cursor">Where <c>changes</c> goes on if nothing else happened meanwhile.</param>
public sealed record InboxSyncResponse(int Applied, IReadOnlyList<InboxIgnored> Ignored, string Cursor)
{
    internal static InboxSyncResponse Of(InboxSyncRequest request, InboxChanged changed)
    {
        var known = changed.Items.ToDictionary(item => item.Item.Id);
        var ignored = request.Operations!.Select(operation => operation!.Id!.Value).Distinct()
            .Where(id => !known.TryGetValue(id, out var item) || !item.IsApplied)
            .Select(id => new InboxIgnored(id, known.ContainsKey(id) ? "decided_later" : "not_found")).ToList();
        return new InboxSyncResponse(changed.Items.Count(item => item.IsApplied), ignored, InboxCursor.Write(changed.Counts.Version));
    }
}

/// <summary>An item that is not as an operation said.</summary>
/// <param name="Id">The item.</param>
/// <param name="Reason">not_found, or decided_later: another device decided later.</param>
public sealed record InboxIgnored(Guid Id, string Reason);

/// <summary>A place among the changes of an inbox, opaque to callers.</summary>
internal static class InboxCursor
{
    public static string Write(long version) => version.ToString(CultureInfo.InvariantCulture);

    public static bool TryRead(string cursor, out long version) => long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out version);
}

internal static class InboxBodies
{
    public static readonly string[] Statuses = ["unread", "read", "archived", "snoozed"];

    private const int LongestCategory = 200;

    public static FieldError? CheckCategory(string? category, string pointer) => category is null or { Length: > 0 and <= LongestCategory } && category?.Contains('\0', StringComparison.Ordinal) != true
        ? null
        : new FieldError(pointer, "text_invalid", $"A category has 1 to {LongestCategory} characters.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Page<InboxItemResponse>))]
[JsonSerializable(typeof(InboxItemResponse))]
[JsonSerializable(typeof(InboxCountsResponse))]
[JsonSerializable(typeof(InboxChangedResponse))]
[JsonSerializable(typeof(InboxChangesResponse))]
[JsonSerializable(typeof(InboxIdsRequest))]
[JsonSerializable(typeof(InboxReadAllRequest))]
[JsonSerializable(typeof(InboxSeenRequest))]
[JsonSerializable(typeof(InboxSnoozeRequest))]
[JsonSerializable(typeof(InboxDeleteRequest))]
[JsonSerializable(typeof(InboxSyncRequest))]
[JsonSerializable(typeof(InboxSyncResponse))]
internal sealed partial class InboxJson : JsonSerializerContext;
