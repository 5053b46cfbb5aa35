using System.Net;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Http;

/// <summary>What a caller sees of a response that may be an earlier one given again.</summary>
internal sealed record Kept(HttpStatusCode Status, string Body, bool IsReplay)
{
    public static async Task<Kept> OfAsync(Task<HttpResponseMessage> asked)
    {
        using var response = await asked;
        return new Kept(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Single() == "true");
    }

    /// <summary>The key identifies something else.</summary>
    public static async Task ShouldMismatchAsync(Task<HttpResponseMessage> asked)
    {
        using var response = await asked;
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("idempotency_mismatch");
    }
}
