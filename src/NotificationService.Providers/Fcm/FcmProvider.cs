using System.Net;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Fcm;

/// <summary>
/// Push notifications by FCM's HTTP v1 API, which takes one device token a request. The requests of a delivery go out side
/// by side over one HTTP/2 connection, twenty at a time; those whose turn does not come within the call's time are left for the next attempt.
/// </summary>
internal sealed class FcmProvider(FcmSettings settings, FcmTokens tokens, ProviderHttp http, TimeProvider time) : IProvider, IDisposable
{
    private const int MaxAtOnce = 20;
    private const int LongestMessageId = 200;

    /// <summary>What a device's call is begun with at least, unless it is of the first.</summary>
    private static readonly TimeSpan MinForOne = TimeSpan.FromSeconds(2);

    private static readonly ProviderResult.Deferred Late = new("timeout", "the time for the call was over before this device's turn");

    private readonly Uri address = AddressOf(settings);
    private readonly FcmProject project = new();

    public static Uri AddressOf(FcmSettings settings) => new(settings.BaseUrl, $"v1/projects/{settings.ProjectId}/messages:send");

    public async Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (call.Message is not ChannelMessage.Push push)
            return new ProviderResult.Rejected("channel_unsupported", "FCM sends push notifications only");
        var (message, refusal) = FcmMessage.Of(settings, call, push, time.GetUtcNow());
        if (message is null)
            return refusal!;
        var deadline = new Deadline(time, time.GetTimestamp(), call.Deadline);
        IReadOnlyList<string> devices = [.. push.DeviceTokens.Distinct(StringComparer.Ordinal)];
        return devices switch
        {
            [] => new ProviderResult.Rejected("recipient_invalid", "there is no device to send to"),
            [var only] => project.Judge([new DeviceResult(only, await SendAsync(message, only, deadline, cancellationToken))]),
            _ => await SendAsync(message, devices, deadline, cancellationToken),
        };
    }

    public void Dispose()
    {
        tokens.Dispose();
        http.Dispose();
    }

    private sealed record Deadline(TimeProvider Time, long Began, TimeSpan All)
    {
        public TimeSpan Left => All - Time.GetElapsedTime(Began);
    }

    private async Task<ProviderResult> SendAsync(FcmMessage message, IReadOnlyList<string> devices, Deadline deadline, CancellationToken cancellationToken)
    {
        using var turns = new SemaphoreSlim(MaxAtOnce);
        var results = await Task.WhenAll(devices.Select((device, place) => InTurnAsync(turns, message, device, place, deadline, cancellationToken)));
        // Cancelled before any of them was written: nothing happened.
        if (cancellationToken.IsCancellationRequested && results.All(result => result is null))
            throw new OperationCanceledException(cancellationToken);
        return project.Judge([.. devices.Zip(results, (device, result) => new DeviceResult(device, result))]);
    }

    /// <summary>Null: cancelled or too late, and not written. Whoever had to wait begins nothing that could not end in time: it would be in doubt.</summary>
    private async Task<ProviderResult?> InTurnAsync(SemaphoreSlim turns, FcmMessage message, string device, int place, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            await turns.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        try
        {
            return deadline.Left > (place < MaxAtOnce ? TimeSpan.Zero : MinForOne) ? await SendAsync(message, device, deadline, cancellationToken) : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Refused for its access token, the message was not taken: it goes out once more, with a new one.</summary>
    private async Task<ProviderResult> SendAsync(FcmMessage message, string device, Deadline deadline, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            switch (await tokens.GetAsync(deadline.Left, cancellationToken))
            {
                case FcmAccess.Denied denied:
                    return denied.Reason;
                case FcmAccess.Granted { Token: var token }:
                    var result = await PostAsync(message.For(device), token, deadline.Left, cancellationToken);
                    if (result is not ProviderResult.Deferred { Code: FcmErrors.Unauthenticated })
                        return result;
                    tokens.Forget(token);
                    if (again || deadline.Left <= TimeSpan.Zero)
                        return result;
                    break;
            }
        }
    }

    private async Task<ProviderResult> PostAsync(JsonBody body, string token, TimeSpan within, CancellationToken cancellationToken)
    {
        if (within <= TimeSpan.Zero)
            return Late;
        using var request = Request(address, body, token);
        return await http.SendAsync(request, body, within, (response, limit) => ReadAsync(response, token, limit), cancellationToken);
    }

    /// <summary>HTTP/2 where TLS agrees on it, else HTTP/1.1, as a test double or a proxy may want.</summary>
    public static HttpRequestMessage Request(Uri address, JsonBody body, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return request;
    }

    private async ValueTask<ProviderResult> ReadAsync(HttpResponseMessage response, string token, CancellationToken cancellationToken)
    {
        var body = await ErrorBody.ReadAsync(response, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return FcmErrors.Of((int)response.StatusCode, body, RetryAfter.Of(response, time.GetUtcNow()), [token, .. settings.Account.Secrets]);
        return Name(body) is { } name ? new ProviderResult.Accepted(name) : UnclearSuccess.Of(response);
    }

    /// <summary><c>{"name":"projects/…/messages/…"}</c>, which is how Google says that it took the message; null where it is not there.</summary>
    private static string? Name(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var name = VendorJson.Text(document.RootElement, "name");
            return string.IsNullOrWhiteSpace(name) ? null : name.Length <= LongestMessageId ? name : name[..LongestMessageId];
        }
        catch (JsonException)
        {
            return null; // HTML, or half a response
        }
    }
}
