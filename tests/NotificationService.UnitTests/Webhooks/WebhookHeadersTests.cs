using System.Text.Json;
using NotificationService.Webhooks;

namespace NotificationService.UnitTests.Webhooks;

public sealed class WebhookHeadersTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(400)]
    public void Headers_of_one_name_are_kept_together_however_many_there_are(int others)
    {
        List<WebhookHeader> headers = [new("set-cookie", "a=1"), new("x-ö", "\"ü+/<"), new("Set-Cookie", "b=2")];
        headers.AddRange(Enumerable.Range(0, others).Select(i => new WebhookHeader($"x-{i}", $"{i}")));

        var read = JsonDocument.Parse(WebhookHeaders.Merged(headers)).RootElement.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString());

        read.Count.ShouldBe(others + 2);
        (read["set-cookie"], read["x-ö"], read["x-0"]).ShouldBe(("a=1, b=2", "\"ü+/<", "0"));
    }

    [Fact]
    public void None_are_an_empty_object() => WebhookHeaders.Merged([]).ShouldBe("{}");
}
