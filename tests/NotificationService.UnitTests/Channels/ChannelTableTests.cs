using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.UnitTests.Templates;

namespace NotificationService.UnitTests.Channels;

public sealed class ChannelTableTests
{
    private const ChannelKind Planted = (ChannelKind)6;

    [Fact]
    public void Every_member_has_a_row_in_its_place() => ChannelTable.All.Select(row => row.Kind).ShouldBe(Enum.GetValues<ChannelKind>());

    [Fact]
    public void A_name_leads_to_its_channel_and_back()
    {
        foreach (var channel in ChannelKinds.All)
        {
            ChannelKinds.TryParse(channel.ToName(), out var found).ShouldBeTrue();
            found.ShouldBe(channel);
        }

        ChannelKinds.TryParse("Email", out _).ShouldBeFalse();
        ChannelKinds.TryParse(null, out _).ShouldBeFalse();
        ChannelKinds.Names.ShouldBe("email, sms, push, whatsapp, in_app");
    }

    [Fact]
    public void What_a_row_makes_is_a_message_of_its_channel()
    {
        foreach (var row in ChannelTable.All)
            row.Message(["an-address"], "Ann", new RenderedContent()).Channel.ShouldBe(row.Kind);
    }

    [Fact]
    public void A_message_has_the_addresses_it_was_made_for_and_a_billed_text_where_its_row_says_so()
    {
        foreach (var row in ChannelTable.All)
        {
            var message = row.Message(["an-address"], "Ann", new RenderedContent { Text = "Hello", Title = "Hello", Body = "Hello" });

            message.Addresses.ShouldBe(["an-address"]);
            message.BilledText.ShouldBe(row.IsBilledBySegment ? "Hello" : null);
            message.Characters.ShouldBeGreaterThanOrEqualTo("Hello".Length);
        }
    }

    [Fact]
    public void What_channels_reach_people_by_are_the_addresses_of_a_recipient() =>
        ChannelTable.All.SelectMany(row => row.Addresses).Distinct().Order()
            .ShouldBe(RecipientFields.All.Where(row => row.IsAddress).Select(row => row.Field));

    [Fact]
    public void What_a_request_gives_is_something_that_a_template_may_give()
    {
        foreach (var row in ChannelTable.All)
            row.Inline.Select(part => part.Part).Except(row.Template.Select(field => field.Part)).ShouldBeEmpty(row.Name);
    }

    [Fact]
    public void Every_part_that_a_row_has_goes_from_its_template_into_what_is_rendered()
    {
        foreach (var row in ChannelTable.All)
        {
            var fields = new JsonObject(row.Template.Select(field => new KeyValuePair<string, JsonNode?>(field.Part.ToName(), Written(field.Part))));
            var template = TemplateOf.Contents(new JsonObject { [row.Name] = new JsonObject { ["en"] = fields } });

            var content = TemplateOf.Rendered(template.Render(row.Kind, "{}"));

            row.Template.Select(field => field.Part).Where(part => !IsIn(part, content)).ShouldBeEmpty(row.Name);
        }
    }

    [Fact]
    public void Every_part_that_a_row_takes_of_a_request_goes_into_its_content()
    {
        var all = new InlineContent("s", "h", "t", "t", "b", "/a");

        foreach (var row in ChannelTable.All)
        {
            var content = InlineParts.Of(row.Kind, all);
            row.Inline.Select(part => part.Part).Where(part => !IsIn(part, content)).ShouldBeEmpty(row.Name);
        }
    }

    [Fact]
    public void Inline_content_is_taken_from_the_part_that_is_next_best()
    {
        var content = new InlineContent(Subject: "s", Html: "h", Text: "t");

        InlineParts.Of(ChannelKind.Email, content).ShouldBe(new RenderedContent { Subject = "s", Html = "h", Text = "t" });
        InlineParts.Of(ChannelKind.Sms, content).ShouldBe(new RenderedContent { Text = "t" });
        InlineParts.Of(ChannelKind.Push, content).ShouldBe(new RenderedContent { Body = "t" });
        InlineParts.Of(ChannelKind.InApp, content).ShouldBe(new RenderedContent { Title = "s", Body = "t" });
        InlineParts.Of(ChannelKind.WhatsApp, new InlineContent(Body: "b")).ShouldBe(new RenderedContent { Text = "b" });
    }

    [Fact]
    public void Everything_that_decides_refuses_a_channel_without_a_row()
    {
        Action[] decisions =
        [
            () => Planted.ToName(),
            () => DeliveryPlanner.HasAddress(new StoredRecipient { Email = "ann@example.com" }, Planted),
            () => DeliveryPlanner.Field(Planted),
            () => RetrySchedule.MaxAttempts(Planted),
            () => RetrySchedule.Next(Planted, 1, null, 0),
            () => AmbiguityPolicy.ResendAfter(Planted, Priority.Normal, resentBefore: false, attempts: 1),
            () => Suppression.Normalize(Planted, "ann@example.com"),
            () => InlineParts.Of(Planted, new InlineContent(Text: "Hello")),
        ];

        foreach (var decision in decisions)
            Should.Throw<ArgumentOutOfRangeException>(decision);
    }

    private static JsonNode Written(ContentPart part) => part switch
    {
        ContentPart.Data => new JsonObject { ["a"] = "b" },
        ContentPart.Actions => new JsonArray(new JsonObject { ["label"] = "Open" }),
        ContentPart.ActionUrl or ContentPart.ImageUrl => "https://example.com/a",
        _ => "x",
    };

    private static bool IsIn(ContentPart part, RenderedContent content) => part switch
    {
        ContentPart.Data => content.Data.ContainsKey("a"),
        ContentPart.Actions => content.Data.ContainsKey("actions"),
        _ => !string.IsNullOrEmpty(content.TextOf(part)),
    };
}
