using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace NotificationService.UnitTests.Recipients;

/// <summary>A user service in place of the network: every question is written down, the responses are the test's.</summary>
internal sealed class FakeUsers : HttpMessageHandler
{
    private readonly ConcurrentQueue<HttpRequestMessage> asked = new();

    public IReadOnlyList<HttpRequestMessage> Asked => [.. asked];

    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Response { get; set; } = (_, _) => Task.FromResult(Json("""{"email":"ann@example.com"}"""));

    public static HttpResponseMessage Json(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public void Always(HttpStatusCode status) => Response = (_, _) => Task.FromResult(new HttpResponseMessage(status));

    public void Always(string body) => Response = (_, _) => Task.FromResult(Json(body));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        asked.Enqueue(request);
        return Response(request, cancellationToken);
    }
}
