using System.Text;
using NotificationService.EventRules;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.EventRules;

public sealed class EventRequestsTests
{
    [Fact]
    public void Paths_lead_into_data_lists_attributes_and_extensions()
    {
        var (request, issues) = Request(
            Rule(new() { ["userId"] = "data.user.id", ["email"] = "data.user.mails.1", ["name"] = "subject", ["locale"] = "lang", ["deviceTokens"] = "data.tokens" }, new() { ["first"] = "data.lines.0", ["who"] = "source" }),
            """{"user":{"id":7,"mails":["a@example.com","b@example.com"]},"tokens":["x","y"],"lines":[{"n":1}]}""");

        issues.ShouldBeEmpty();
        var to = request!.Recipient!;
        (to.UserId, to.Email, to.Name, to.Locale).ShouldBe(("7", "b@example.com", "Ann", "fr"));
        to.DeviceTokens.ShouldBe(["x", "y"]);
        Encoding.UTF8.GetString(request.Data.Span).ShouldBe("""{"first":{"n":1},"who":"/tests"}""");
        (request.Reference, request.Template).ShouldBe(("e-1", "order-shipped"));
    }

    [Fact]
    public void What_is_not_there_is_left_out_and_without_a_mapping_the_data_are_taken_whole()
    {
        var (request, issues) = Request(Rule(new() { ["email"] = "data.mail.9", ["phone"] = "data.nothing.here" }, null), """{"mail":["a@example.com"],"x":null}""");

        issues.ShouldBeEmpty();
        (request!.Recipient!.Email, request.Recipient.Phone).ShouldBe((null, null));
        Encoding.UTF8.GetString(request.Data.Span).ShouldBe("""{"mail":["a@example.com"],"x":null}""");
    }

    [Theory]
    [InlineData("""{"mail":{"to":"a"}}""", "/recipient/email")]
    [InlineData("""{"mail":true}""", "/recipient/email")]
    [InlineData("""["mail"]""", "/data")]
    public void What_is_of_the_wrong_kind_is_named(string data, string pointer) =>
        Request(Rule(new() { ["email"] = "data.mail", ["userId"] = "subject" }, null), data).Issues.ShouldContain(issue => issue.Pointer == pointer);

    [Fact]
    public void Many_variables_that_each_name_all_of_the_data_are_refused_before_they_are_written()
    {
        var data = $$"""{"text":"{{new string('x', 200_000)}}"}""";
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (request, issues) = Request(Rule(new() { ["userId"] = "subject" }, Enumerable.Range(0, 100).ToDictionary(i => $"v{i}/a", _ => "data")), data);

        request.ShouldBeNull();
        var issue = issues.ShouldHaveSingleItem();
        (issue.Pointer, issue.Code).ShouldBe(("/data/v1~1a", "too_large"));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(5_000_000);
    }

    [Theory]
    [InlineData("data", true)]
    [InlineData("data.a.b.0", true)]
    [InlineData("subject", true)]
    [InlineData("data.", false)]
    [InlineData("data..a", false)]
    [InlineData("Data.a", false)]
    [InlineData("subject.a", false)]
    [InlineData("", false)]
    [InlineData("$.data", false)]
    [InlineData("data.a\n", false)]
    public void A_path_is_what_it_says(string text, bool isOne) => EventPath.TryParse(text, out _).ShouldBe(isOne);

    [Theory]
    [InlineData("""{"a":"\u0000"}""")]
    [InlineData("""{"\u0000":1}""")]
    [InlineData("""{"a":["\ud800"]}""")]
    [InlineData("""{"\ud800xxxxxxxx":1}""")]
    [InlineData("""{"\ud800xxxxxxxx":1,"\ud800xxxxxxxx":2,"b":3}""")]
    [InlineData("""{"a":{"\udc00":1,"b":2}}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1}}""")]
    public void Data_that_could_not_be_kept_are_not_taken(string data) => EventData.Parse(Encoding.UTF8.GetBytes(data)).Data.ShouldBeNull();

    [Fact]
    public void Data_are_taken_to_32_levels() =>
        (EventData.Parse(Nested(32)).Data is not null, EventData.Parse(Nested(33)).Data is not null).ShouldBe((true, false));

    [Fact]
    public void A_rule_is_checked_field_by_field()
    {
        var issues = new EventRuleInput("notification.mine", "Nope!", null, ["email", "fax"], new Dictionary<string, string> { ["mail"] = "data.x", ["email"] = "nowhere.x" }, new Dictionary<string, string> { ["v"] = "" }, new string('c', 100), "urgent", true)
            .Check(DateTimeOffset.UnixEpoch);

        issues.Select(issue => issue.Pointer).Order(StringComparer.Ordinal).ShouldBe(["/category", "/channels/1", "/data/v", "/priority", "/recipient/email", "/recipient/mail", "/template", "/type"]);
    }

    private static byte[] Nested(int levels) => Encoding.UTF8.GetBytes(new string('[', levels) + new string(']', levels));

    private static (NotificationRequest? Request, IReadOnlyList<RequestIssue> Issues) Request(EventRule rule, string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        using var data = EventData.Parse(utf8).Data.ShouldNotBeNull();
        var attributes = new Dictionary<string, string> { ["id"] = "e-1", ["source"] = "/tests", ["type"] = "t", ["subject"] = "Ann", ["lang"] = "fr" };
        return EventRequests.Of(rule, new IncomingEvent("e-1", "/tests", "t", attributes, utf8), data.RootElement);
    }

    private static EventRule Rule(Dictionary<string, string> recipient, Dictionary<string, string>? data) => new()
    {
        Id = Guid.Empty,
        TenantId = new TenantId(Guid.Empty),
        Type = "t",
        Template = "order-shipped",
        Recipient = System.Text.Json.JsonSerializer.Serialize(recipient),
        Data = data is null ? null : System.Text.Json.JsonSerializer.Serialize(data),
        Enabled = true,
        Revision = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };
}
