using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;

namespace NotificationService.UnitTests.Notifications;

public sealed class RequestCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private static readonly NotificationRequest Good = new()
    {
        Template = "order-shipped",
        Channels = ["email", "in_app"],
        Recipient = new StoredRecipient { UserId = "u-1", Email = "ann@example.com" },
    };

    private static readonly NotificationRequest Inline = new()
    {
        Content = new InlineContent(Subject: "Hi", Text: "Hello"),
        Channel = "email",
        Recipient = new StoredRecipient { Email = "ann@example.com" },
    };

    [Fact]
    public void A_good_request_is_validated()
    {
        var validated = Request(Good with { Priority = "critical", SendAt = "2026-11-21T12:00:00+02:00", ExpiresAt = "2026-11-22T00:00:00Z" });

        validated.Channels.ShouldBe([ChannelKind.Email, ChannelKind.InApp]);
        validated.Priority.ShouldBe(Priority.Critical);
        validated.SendAt.ShouldBe(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero));
        (validated.SendAt?.Offset).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var validated = Request(Good with { Channels = null });

        validated.Priority.ShouldBe(Priority.Normal);
        validated.Channels.ShouldBeNull();
        validated.SendAt.ShouldBeNull();
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var request = new NotificationRequest
        {
            Template = "No Such Key",
            Channels = ["email", "fax", "email"],
            Strategy = "fastest",
            Recipient = new StoredRecipient { UserId = "a\tb", Email = "ann", Phone = "911", Whatsapp = "1", DeviceTokens = ["ok", ""], Name = "x\r\nBcc: y", Locale = "../../x", Timezone = "Mars/Phobos" },
            Priority = "urgent",
            Category = "",
            Reference = new string('r', 201),
            SendAt = "tomorrow",
            ExpiresAt = "2026-13-45T00:00:00Z",
            Data = Encoding.UTF8.GetBytes($$"""{"x":"{{new string('x', 300_000)}}"}"""),
            Metadata = Encoding.UTF8.GetBytes($$"""{"x":"{{new string('x', 20_000)}}"}"""),
        };

        Pointers(request).ShouldBe(
        [
            "/template", "/channels/1", "/channels/2", "/strategy", "/recipient/userId", "/recipient/email", "/recipient/phone", "/recipient/whatsapp",
            "/recipient/deviceTokens/1", "/recipient/name", "/recipient/locale", "/recipient/timezone", "/priority", "/category", "/reference",
            "/data", "/metadata", "/sendAt", "/expiresAt",
        ]);
    }

    [Fact]
    public void Template_or_content_but_not_both()
    {
        Codes(Good with { Template = null }).ShouldBe(["required"]);
        Codes(Good with { Content = new InlineContent("s", Text: "t", Title: "t", Body: "b") }).ShouldBe(["exclusive"]);
    }

    [Fact]
    public void Channel_is_short_for_one_channel_and_excludes_the_list()
    {
        Request(Good with { Channels = null, Channel = "sms" }).Channels.ShouldBe([ChannelKind.Sms]);
        Codes(Good with { Channel = "email" }).ShouldBe(["exclusive"]);
        Codes(Good with { Channels = null, Channel = "fax" }).ShouldBe(["unknown_channel"]);
        Codes(Good with { Channels = [] }).ShouldBe(["required"]);
        Codes(Good with { Channels = [null] }).ShouldBe(["unknown_channel"]);
        Codes(Inline with { Channel = null }).ShouldBe(["required"]);
    }

    [Fact]
    public void A_fallback_names_its_channels_in_order_and_how_long_each_has()
    {
        var rule = Request(Good with { Strategy = "fallback", FallbackAfter = 900 }).Fallback;

        (rule?.After).ShouldBe(TimeSpan.FromMinutes(15));
        Request(Good with { Strategy = "fallback" }).Fallback.ShouldBe(new FallbackRule(null));
        Request(Good with { Strategy = "all" }).Fallback.ShouldBeNull();
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(259_200, true)]
    [InlineData(9, false)]
    [InlineData(259_201, false)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(int.MinValue, false)]
    [InlineData(int.MaxValue, false)]
    public void A_channel_has_between_ten_seconds_and_three_days(int seconds, bool isGood) =>
        Codes(Good with { Strategy = "fallback", FallbackAfter = seconds }).ShouldBe(isGood ? [] : ["number_range"]);

    [Fact]
    public void What_makes_no_sense_with_a_fallback_or_without_one_is_refused()
    {
        Codes(Good with { FallbackAfter = 900 }).ShouldBe(["strategy_required"]);
        Codes(Good with { Strategy = "all", FallbackAfter = 900 }).ShouldBe(["strategy_required"]);
        Codes(Good with { Strategy = "fallback", Channels = null }).ShouldBe(["required"]);
        Codes(Good with { Strategy = "fallback", Channels = ["email"] }).ShouldBe(["too_few"]);
        Codes(Good with { Strategy = "fallback", Channels = null, Channel = "email" }).ShouldBe(["required"]);
        Codes(Good with { Strategy = "Fallback" }).ShouldBe(["choice_invalid"]);
    }

    [Theory]
    [InlineData("2026-11-21T08:54:00Z", "datetime_range")]
    [InlineData("2020-01-01T00:00:00Z", "datetime_range")]
    [InlineData("2027-11-23T00:00:00Z", "datetime_range")]
    [InlineData("2026-11-21", "datetime_invalid")]
    [InlineData("2026-11-21T10:00:00", "datetime_invalid")]
    [InlineData("2026-11-21 10:00:00Z", "datetime_invalid")]
    [InlineData("2026-11-21T24:00:00Z", "datetime_invalid")]
    [InlineData("2026-11-21T23:59:60Z", "datetime_invalid")]
    [InlineData("2026-11-21T10:00:00+25:00", "datetime_invalid")]
    [InlineData("2026-11-21T10:00:00.1234567890Z", "datetime_invalid")]
    [InlineData("2026-11-21T10:00:00.Z", "datetime_invalid")]
    [InlineData("0001-01-01T00:00:00Z", "datetime_invalid")]
    [InlineData("10000-01-01T00:00:00Z", "datetime_invalid")]
    [InlineData("٢٠٢٦-11-21T10:00:00Z", "datetime_invalid")]
    [InlineData("", "datetime_invalid")]
    public void A_time_to_send_is_an_instant_within_366_days(string sendAt, string code) => Codes(Good with { SendAt = sendAt }).ShouldBe([code]);

    /// <summary>Cut and not rounded: what is before midnight stays before it.</summary>
    [Theory]
    [InlineData("2026-11-21T23:59:59.9999999Z")]
    [InlineData("2026-11-21T23:59:59.99999999Z")]
    [InlineData("2026-11-21T23:59:59.999999999Z")]
    [InlineData("2026-11-22T01:59:59.999999999+02:00")]
    public void Nanoseconds_are_cut_to_what_an_instant_has_here(string sendAt) =>
        Request(Good with { SendAt = sendAt }).SendAt.ShouldBe(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero).AddTicks(-1));

    [Fact]
    public void A_time_that_has_just_passed_means_at_once() => Request(Good with { SendAt = "2026-11-21T08:56:00Z" }).SendAt.ShouldBeNull();

    [Theory]
    [InlineData("2026-11-21T09:00:00Z", null)]
    [InlineData("2026-11-21T11:00:00Z", "2026-11-21T11:00:00Z")]
    [InlineData("2028-11-21T11:00:00Z", null)]
    public void It_expires_after_it_is_due_and_not_for_ever(string expiresAt, string? sendAt) =>
        Codes(Good with { SendAt = sendAt, ExpiresAt = expiresAt }).ShouldBe(["datetime_range"]);

    [Theory]
    [InlineData("email", "/content/subject")]
    [InlineData("sms", "/content/text")]
    [InlineData("whatsapp", "/content/text")]
    [InlineData("push", "/content/title")]
    [InlineData("in_app", "/content/title")]
    public void Content_has_what_its_channel_needs(string channel, string pointer) =>
        Pointers(Inline with { Channel = channel, Content = new InlineContent() }).ShouldContain(pointer);

    [Theory]
    [InlineData("a\r\nBcc: x@y.zz", "control_character")]
    [InlineData("a\tb", "control_character")]
    [InlineData("a\nb", "control_character")]
    [InlineData("   ", "text_invalid")]
    [InlineData("", "text_invalid")]
    public void A_subject_is_one_line(string subject, string code) => Codes(Inline with { Content = new InlineContent(subject, Text: "t") }).ShouldBe([code]);

    [Theory]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("//evil.example/x", false)]
    [InlineData("data:text/html,x", false)]
    [InlineData("https://", false)]
    [InlineData("/a\\b", false)]
    [InlineData("https://example.com/a b", false)]
    [InlineData("https://example.com/orders/1", true)]
    [InlineData("/orders/1", true)]
    public void A_click_leads_to_the_web_or_into_the_application(string url, bool isAllowed) =>
        Codes(Inline with { Content = new InlineContent("s", Text: "t", ActionUrl: url) }).Contains("url_invalid").ShouldBe(!isAllowed);

    [Theory]
    [InlineData("en\n")]
    [InlineData("en-CA\n")]
    [InlineData("e")]
    [InlineData("")]
    public void What_is_no_locale_is_refused(string locale) =>
        RequestCheck.Check(Good with { Recipient = Good.Recipient! with { Locale = locale } }, Now).Issues.ShouldHaveSingleItem().Code.ShouldBe("locale_invalid");

    [Fact]
    public void Any_text_in_any_field_is_either_taken_as_it_is_or_named_as_wrong() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        foreach (var (request, pointer, value) in WithTextEverywhere(text))
        {
            var (validated, issues) = RequestCheck.Check(request, Now);
            if (validated is null != issues.Count > 0 || issues.Any(issue => issue.Pointer != pointer || issue.Message.Length == 0))
                return false;
            if (validated is not null && value(validated) != text)
                return false;
            if (validated is not null && text.Any(char.IsControl))
                return false;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    private static IEnumerable<(NotificationRequest Request, string Pointer, Func<ValidatedRequest, string?> Value)> WithTextEverywhere(string text) =>
    [
        (Good with { Reference = text }, "/reference", validated => validated.Reference),
        (Good with { Category = text }, "/category", validated => validated.Category),
        (Good with { Recipient = Good.Recipient! with { Name = text } }, "/recipient/name", validated => validated.Recipient.Name),
        (Good with { Recipient = Good.Recipient! with { UserId = text } }, "/recipient/userId", validated => validated.Recipient.UserId),
        (Good with { Recipient = Good.Recipient! with { Email = text } }, "/recipient/email", validated => validated.Recipient.Email),
        (Good with { Recipient = Good.Recipient! with { Locale = text } }, "/recipient/locale", validated => validated.Recipient.Locale),
        (Inline with { Content = new InlineContent(text, Text: "t") }, "/content/subject", validated => validated.Content?.Subject),
    ];

    private static ValidatedRequest Request(NotificationRequest request)
    {
        var (validated, issues) = RequestCheck.Check(request, Now);
        issues.ShouldBeEmpty();
        return validated.ShouldNotBeNull();
    }

    private static IEnumerable<string> Codes(NotificationRequest request) => RequestCheck.Check(request, Now).Issues.Select(issue => issue.Code);

    private static IEnumerable<string> Pointers(NotificationRequest request) => RequestCheck.Check(request, Now).Issues.Select(issue => issue.Pointer);
}
