using System.Net.Http.Headers;
using Google.Apis.Http;
using Google.Apis.Util;
using NotificationService.Outbound;

namespace NotificationService.Providers.Fcm;

/// <summary>Google's library over our own connections: guarded, without redirects, retries and proxies, with an end to time and size.</summary>
internal sealed class GoogleHttp(HttpMessageHandler handler, TimeSpan timeout) : IHttpClientFactory
{
    private const int LargestResponse = 64 * 1024;

    /// <summary>The arguments would bring retries along, which belong to the worker alone.</summary>
    public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args)
    {
        var messages = new ConfigurableMessageHandler(handler) { ApplicationName = ProductAgent.Value, FollowRedirect = false, NumTries = 1, IsLoggingEnabled = false };
        return new ConfigurableHttpClient(messages, disposeHandler: false)
        {
            DefaultRequestHeaders = { Accept = { new MediaTypeWithQualityHeaderValue("application/json") } },
            Timeout = timeout,
            MaxResponseContentBufferSize = LargestResponse,
        };
    }
}

/// <summary>Google's library by our clock.</summary>
internal sealed class GoogleClock(TimeProvider time) : IClock
{
    public DateTime Now => time.GetLocalNow().DateTime;

    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;
}
