using System.Net;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Http;

/// <summary>What a caller sees of an answer that may be an earlier one given again.</summary>
internal sealed record Kept(HttpStatusCode Status, string Body, bool IsReplay)
{
    public static async Task<Kept> OfAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return new Kept(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Single() == "true");
    }

    /// <summary>The key stands for something else.</summary>
    public static async Task ShouldMismatchAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await answer.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(answer)).GetProperty("code").GetString().ShouldBe("idempotency_mismatch");
    }
}
