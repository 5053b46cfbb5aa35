using NotificationService.Batches;
using NotificationService.Channels;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Recipients;

/// <summary>Many people in one call: what is wrong with one takes no other along. As large as a batch, and worked on under the same limits.</summary>
internal static class BulkRecipients
{
    /// <summary>What an answer names of one of them at most.</summary>
    internal const int MaxErrorsOfOne = 10;

    /// <summary>Of all of them; each bad one after that has one.</summary>
    internal const int MaxErrors = 10_000;

    private const string Route = $"{RecipientsApi.Root}/bulk";
    private const int MinBytesPerSecond = 16 * 1024;

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(2);

    public static async Task<IResult> KeepAsync(
        HttpContext context, DirectoryStore store, IdempotentWork work, BatchLimiter limiter, BatchOptions options, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } wrong)
            return wrong;
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        var (utf8, bad) = await JsonBody.ReadBytesAsync(context.Request, new BodyPolicy(BodyPolicy.MaxBatchBytes, options.LongestUpload, MinBytesPerSecond), cancellationToken);
        if (bad is not null)
            return bad;
        return await limiter.RunAsync<IResult>(
            directory.Tenant,
            () => KeepAsync(context, store, work, directory, key, utf8, cancellationToken),
            static () => Problems.LimitReached(BatchHandler.TooManyCode, $"At most {BatchLimiter.MaxOfTenant} such calls of one tenant are worked on at once. Send this one again when another has been answered.", BusyRetryAfter),
            static () => Problems.Unavailable(BusyRetryAfter),
            cancellationToken);
    }

    private static async Task<IResult> KeepAsync(
        HttpContext context, DirectoryStore store, IdempotentWork work, DirectoryId directory, string? key, ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken)
    {
        var (body, wrong) = BatchBody.Of(utf8, "recipients");
        if (body is null)
            return wrong ?? Problems.OfStatus(400);
        if (!JsonBody.Parse(body.Head, RecipientsJson.Default.BulkRecipientsRequest).TryGet(out _, out var refusal))
            return refusal;
        if (body.Items.Count == 0)
            return Problems.Validation("/recipients", "too_few", $"1 to {DirectoryEntry.MaxTogether} recipients are given.");
        var (good, rejected) = Read(body.Items);
        var response = ReadableJson.Utf8(new BulkRecipientsResponse(good.Count, rejected), RecipientsJson.Default.BulkRecipientsResponse);
        var outcome = await work.RunAsync(
            directory.Tenant, key is null ? null : new IdempotentRequest(key, Route, utf8, directory.Live), StatusCodes.Status200OK,
            async connection => (await store.KeepAsync(connection, directory, good, cancellationToken), (byte[]?)response),
            cancellationToken);
        if (outcome is IdempotentOutcome<DirectoryKept>.Done done)
            await store.AnnounceAsync(directory, done.Result, cancellationToken);
        return ReplayedResponses.Of(context, outcome, StatusCodes.Status200OK, static _ => throw new InvalidOperationException("nothing could refuse it"));
    }

    private static (List<DirectoryEntry> Good, List<RejectedRecipient> Rejected) Read(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        var (good, rejected, seen, named) = (new List<DirectoryEntry>(items.Count), new List<RejectedRecipient>(), new HashSet<string>(StringComparer.Ordinal), 0);
        for (var i = 0; i < items.Count; i++)
        {
            var (entry, errors) = Check(items[i]);
            if (entry is not null && !seen.Add(entry.Person.UserId!))
            {
                errors.Add(new FieldError("/userId", "duplicate", "This person stands here before; the first one is kept."));
                entry = null;
            }

            if (entry is not null)
            {
                good.Add(entry);
                continue;
            }

            FieldError[] shown = [.. errors.Take(named >= MaxErrors ? 1 : MaxErrorsOfOne)];
            named += shown.Length;
            rejected.Add(new RejectedRecipient(i, shown));
        }

        return (good, rejected);
    }

    private static (DirectoryEntry? Entry, List<FieldError> Errors) Check(ReadOnlyMemory<byte> utf8)
    {
        if (!JsonBody.Parse(utf8, RecipientsJson.Default.BulkRecipientRequest).TryGet(out var item, out var refusal))
            return (null, [.. Problems.IssuesOf(refusal).Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]);
        var (entry, errors) = item.Check(item.UserId);
        if (AddressRules.UserId(item.UserId) is { } wrong)
            errors.Insert(0, new FieldError("/userId", wrong.Code, wrong.Message));
        return (errors.Count == 0 ? entry : null, errors);
    }
}
