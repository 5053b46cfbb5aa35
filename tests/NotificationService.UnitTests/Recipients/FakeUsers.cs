using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace NotificationService.UnitTests.Recipients;

/// <summary>A user service in place of the network: every question is written down, the answers are the test's.</summary>
internal sealed class FakeUsers : HttpMessageHandler
{
    private readonly ConcurrentQueue<HttpRequestMessage> asked = new();

    public IReadOnlyList<HttpRequestMessage> Asked => [.. asked];

    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } = (_, _) => Task.FromResult(Json("""{"email":"ann@example.com"}"""));

    public static HttpResponseMessage Json(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public void Always(HttpStatusCode status) => Answer = (_, _) => Task.FromResult(new HttpResponseMessage(status));

    public void Always(string body) => Answer = (_, _) => Task.FromResult(Json(body));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        asked.Enqueue(request);
        return Answer(request, cancellationToken);
    }
}
