using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Recipients;

/// <summary>The devices of people.</summary>
internal static class RecipientDevices
{
    public static async Task<IResult> AddAsync(string userId, HttpContext context, DirectoryStore store, IdempotentWork work, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } wrong)
            return wrong;
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        var body = await JsonBody.ReadAsync(context.Request, RecipientsJson.Default.DeviceRequest, cancellationToken);
        if (!body.TryGet(out var request, out refusal))
            return refusal;
        var errors = request.Check();
        if (errors.Count > 0)
            return Problems.Validation(errors);
        if (AddressRules.UserId(userId) is not null)
            return Problems.NotFound();
        var outcome = await work.RunAsync(
            directory.Tenant, key is null ? null : new IdempotentRequest(key, $"{RecipientsApi.Root}/{userId}/devices", body.Utf8, directory.Live), StatusCodes.Status200OK,
            async connection => await store.AddDeviceAsync(connection, directory, userId, DeviceKind.Fcm, request.Token!, cancellationToken) is { } device
                ? (true, ReadableJson.Utf8(RecipientDeviceResponse.Of(device), RecipientsJson.Default.RecipientDeviceResponse))
                : (false, (byte[]?)null),
            cancellationToken);
        return ReplayedResponses.Of(context, outcome, StatusCodes.Status200OK, static _ => Problems.NotFound());
    }

    public static async Task<IResult> RemoveAsync(string userId, Guid id, HttpContext context, DirectoryStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var directory = query.Directory(context);
        if (query.Refusal() is { } refusal)
            return refusal;
        return AddressRules.UserId(userId) is null && await store.RemoveDeviceAsync(directory, userId, id, cancellationToken) ? Results.NoContent() : Problems.NotFound();
    }
}
