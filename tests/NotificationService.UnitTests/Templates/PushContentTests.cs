using System.Text.Json;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>What a push notification carries besides its title and body.</summary>
public sealed class PushContentTests
{
    [Fact]
    public void Picture_tap_address_and_collapse_key_are_rendered()
    {
        var content = TemplateOf.Rendered(Template("https://img.example.com/{{id}}.png", "/orders/{{id}}", "order-{{id}}").Render(ChannelKind.Push, """{"id":"A-1"}"""));

        (content.ImageUrl, content.ActionUrl, content.CollapseKey).ShouldBe(("https://img.example.com/A-1.png", "/orders/A-1", "order-A-1"));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public void An_address_that_is_none_or_runs_something_is_left_out(string value)
    {
        var content = TemplateOf.Rendered(Template("{{default v \"\"}}", "{{default v \"\"}}", "{{default v \"\"}}").Render(ChannelKind.Push, JsonSerializer.Serialize(new { v = value })));

        content.ImageUrl.ShouldBeNull();
        content.ActionUrl.ShouldBeNull();
    }

    [Fact]
    public void A_picture_that_a_phone_could_not_fetch_is_left_out() =>
        TemplateOf.Rendered(Template("/local.png", "/x", "k").Render(ChannelKind.Push, "{}")).ImageUrl.ShouldBeNull();

    [Fact]
    public void A_collapse_key_of_more_than_64_bytes_is_said_before_sending() =>
        Template("https://example.com/x.png", "/x", "{{v}}").Render(ChannelKind.Push, JsonSerializer.Serialize(new { v = new string('é', 33) }))
            .ShouldBeOfType<RenderOutcome.Failed>().Code.ShouldBe(TemplateCodes.TextTooLong);

    [Theory]
    [InlineData("from")]
    [InlineData("message_type")]
    [InlineData("google.sent_time")]
    [InlineData("gcm.notification.title")]
    [InlineData("notificationId")]
    public void Names_that_push_services_or_the_service_use_are_refused_in_data(string name)
    {
        var push = new JsonObject { ["title"] = "t", ["body"] = "b", ["data"] = new JsonObject { [name] = "x" } };

        var issue = TemplateOf.Issues(new JsonObject { ["push"] = new JsonObject { ["en"] = push } }).ShouldHaveSingleItem();

        (issue.Pointer, issue.Code).ShouldBe(($"/contents/push/en/data/{name}", "reserved_name"));
    }

    private static CompiledTemplate Template(string imageUrl, string actionUrl, string collapseKey) => TemplateOf.Contents(new JsonObject
    {
        ["push"] = new JsonObject
        {
            ["en"] = new JsonObject { ["title"] = "t", ["body"] = "b", ["imageUrl"] = imageUrl, ["actionUrl"] = actionUrl, ["collapseKey"] = collapseKey },
        },
    });
}
