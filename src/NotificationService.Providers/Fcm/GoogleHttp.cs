using Google.Apis.Http;
using Google.Apis.Util;

namespace NotificationService.Providers.Fcm;

/// <summary>Google's library over our own connections: guarded, without redirects, retries and proxies, with an end to time and size.</summary>
internal sealed class GoogleHttp(HttpMessageHandler handler, TimeSpan timeout) : IHttpClientFactory
{
    private const int LargestAnswer = 64 * 1024;

    /// <summary>The arguments would bring retries along, which belong to the worker alone.</summary>
    public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args) =>
        new(new ConfigurableMessageHandler(handler) { FollowRedirect = false, NumTries = 1, IsLoggingEnabled = false }, disposeHandler: false)
        {
            Timeout = timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
}

/// <summary>Google's library by our clock.</summary>
internal sealed class GoogleClock(TimeProvider time) : IClock
{
    public DateTime Now => time.GetLocalNow().DateTime;

    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;
}
