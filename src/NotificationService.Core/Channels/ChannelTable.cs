using System.Collections.Frozen;
using NotificationService.Recipients;

namespace NotificationService.Channels;

/// <summary>
/// The table of channels, a row each. To add one: a member of <see cref="ChannelKind"/>, a message in <see cref="ChannelMessage"/>, a row here; a test
/// (<c>ChannelTests</c>) lists what else is missing.
/// </summary>
public static class ChannelTable
{
    private const int MaxSms = 1_600;
    private const int MaxWhatsApp = 4_096;
    private const int MaxPushBody = 4_000;
    private const int MaxPushPayload = 4_096;

    // A text or a push is about now: 7 tries over two hours.
    private static readonly TimeSpan[] AboutNow = [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Hours(1)];

    public static IReadOnlyList<ChannelRow> All { get; } =
    [
        new()
        {
            Kind = ChannelKind.Email,
            Name = "email",
            Addresses = [RecipientField.Email],
            Inline =
            [
                new(ContentPart.Subject) { Need = new([ContentPart.Subject], "An e-mail needs a subject.") },
                new(ContentPart.Html) { Need = new([ContentPart.Html, ContentPart.Text], "An e-mail needs html or text.") },
                new(ContentPart.Text),
            ],
            Template =
            [
                new(ContentPart.Html, PartKind.Html),
                new(ContentPart.Text, PartKind.Text) { Need = new([ContentPart.Html, ContentPart.Text], "an e-mail needs html or text") },
                new(ContentPart.Subject, PartKind.Line) { IsRequired = true },
            ],
            TakesApprovedTemplates = false,
            Rendered = null,
            IsBilledBySegment = false,
            PayloadBytes = null,
            Message = static (to, name, content) => new ChannelMessage.Email(new EmailAddress(to[0], name), content.Subject ?? "", content.Html, content.Text),
            // E-mail waits out greylisting and a provider's bad afternoon: 10 tries over about a day.
            RetrySteps = [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Hours(1), Hours(2), Hours(6), Hours(12)],
            Ambiguity = new AmbiguityRule.ResendOnce(Seconds(60)),
            Suppression = new(SuppressionReason.Bounce) { Spelling = EmailSpelling.Of },
            IsReportedByVendorsId = false,
            BuiltInProvider = null,
        },
        new()
        {
            Kind = ChannelKind.Sms,
            Name = "sms",
            Addresses = [RecipientField.Phone],
            Inline = [ShortText("sms", MaxSms)],
            Template = [new(ContentPart.Text, PartKind.Text) { IsRequired = true }],
            TakesApprovedTemplates = false,
            Rendered = new([ContentPart.Text], "the rendered text is empty") { MaxText = MaxSms, Noun = "a text message" },
            IsBilledBySegment = true,
            PayloadBytes = null,
            Message = static (to, _, content) => new ChannelMessage.Sms(to[0], content.Text ?? ""),
            RetrySteps = AboutNow,
            Ambiguity = new AmbiguityRule.ResendOnce(Seconds(60)),
            Suppression = new(SuppressionReason.Bounce),
            IsReportedByVendorsId = false,
            BuiltInProvider = null,
        },
        new()
        {
            Kind = ChannelKind.Push,
            Name = "push",
            Addresses = [RecipientField.DeviceTokens],
            Inline =
            [
                new(ContentPart.Title) { Need = new([ContentPart.Title], "A push notification needs a title.") },
                new(ContentPart.Body)
                {
                    From = [ContentPart.Body, ContentPart.Text],
                    Need = new([ContentPart.Body, ContentPart.Text], "A push notification needs a body."),
                    Limit = new(MaxPushBody, $"The body of a push notification has at most {MaxPushBody} characters."),
                },
                new(ContentPart.ActionUrl),
            ],
            Template =
            [
                new(ContentPart.Title, PartKind.Line) { IsRequired = true },
                new(ContentPart.Body, PartKind.Text) { IsRequired = true },
                new(ContentPart.Data, PartKind.Text),
                new(ContentPart.ImageUrl, PartKind.Line),
                new(ContentPart.ActionUrl, PartKind.Line),
                new(ContentPart.CollapseKey, PartKind.Line),
            ],
            TakesApprovedTemplates = false,
            Rendered = new([ContentPart.Title, ContentPart.Body], "title and body are both empty"),
            IsBilledBySegment = false,
            PayloadBytes = MaxPushPayload,
            Message = static (to, _, content) => new ChannelMessage.Push(to, content.Title ?? "", content.Body ?? "", content.Data)
            {
                ImageUrl = content.ImageUrl,
                ActionUrl = content.ActionUrl,
                CollapseKey = content.CollapseKey,
            },
            RetrySteps = AboutNow,
            Ambiguity = new AmbiguityRule.ResendOnce(Seconds(60)),
            Suppression = new(SuppressionReason.DeadToken),
            IsReportedByVendorsId = false,
            BuiltInProvider = null,
        },
        new()
        {
            Kind = ChannelKind.WhatsApp,
            Name = "whatsapp",
            Addresses = [RecipientField.Whatsapp, RecipientField.Phone],
            Inline = [ShortText("whatsapp", MaxWhatsApp)],
            Template = [new(ContentPart.Text, PartKind.Text) { IsRequired = true }],
            TakesApprovedTemplates = true,
            Rendered = new([ContentPart.Text], "the rendered text is empty") { MaxText = MaxWhatsApp, Noun = "a WhatsApp message" },
            IsBilledBySegment = false,
            PayloadBytes = null,
            Message = static (to, _, content) => content.Approved is { } approved
                ? new ChannelMessage.WhatsApp(to[0], null, approved)
                : new ChannelMessage.WhatsApp(to[0], content.Text ?? ""),
            RetrySteps = AboutNow,
            // Its receipts are slower than the others'.
            Ambiguity = new AmbiguityRule.ResendOnce(Minutes(5)),
            Suppression = new(SuppressionReason.Bounce),
            IsReportedByVendorsId = true,
            BuiltInProvider = null,
        },
        new()
        {
            Kind = ChannelKind.InApp,
            Name = "in_app",
            Addresses = [RecipientField.UserId],
            Inline =
            [
                new(ContentPart.Title) { From = [ContentPart.Title, ContentPart.Subject], Need = new([ContentPart.Title, ContentPart.Subject], "An in-app notification needs a title.") },
                new(ContentPart.Body) { From = [ContentPart.Body, ContentPart.Text], Need = new([ContentPart.Body, ContentPart.Text], "An in-app notification needs a body.") },
                new(ContentPart.ActionUrl),
            ],
            Template =
            [
                new(ContentPart.Title, PartKind.Line) { IsRequired = true },
                new(ContentPart.Body, PartKind.Text) { IsRequired = true },
                new(ContentPart.ActionUrl, PartKind.Line),
                new(ContentPart.Actions, PartKind.Text),
            ],
            TakesApprovedTemplates = false,
            Rendered = null,
            IsBilledBySegment = false,
            PayloadBytes = null,
            Message = static (to, _, content) => new ChannelMessage.InApp(to[0], content.Title ?? "", content.Body ?? "", content.ActionUrl) { Actions = content.Data.GetValueOrDefault(ContentPart.Actions.ToName()) },
            // Our own inbox fails only with our own database.
            RetrySteps = [Seconds(1), Seconds(5), Seconds(30), Minutes(2), Minutes(10)],
            Ambiguity = new AmbiguityRule.HandOverAgain(),
            Suppression = null,
            IsReportedByVendorsId = false,
            BuiltInProvider = ProviderInstances.InAppType,
        },
    ];

    private static readonly FrozenDictionary<ChannelKind, ChannelRow> ByKind = All.ToFrozenDictionary(row => row.Kind);

    /// <exception cref="ArgumentOutOfRangeException">It has no row.</exception>
    public static ChannelRow Of(ChannelKind channel) =>
        ByKind.TryGetValue(channel, out var row) ? row : throw new ArgumentOutOfRangeException(nameof(channel), channel, "no such channel");

    /// <summary>A message that is nothing but a text.</summary>
    private static InlinePart ShortText(string channel, int max) => new(ContentPart.Text)
    {
        From = [ContentPart.Text, ContentPart.Body],
        Need = new([ContentPart.Text, ContentPart.Body], $"A message by {channel} needs a text."),
        Limit = new(max, $"A message by {channel} has at most {max} characters."),
    };

    private static TimeSpan Seconds(int value) => TimeSpan.FromSeconds(value);

    private static TimeSpan Minutes(int value) => TimeSpan.FromMinutes(value);

    private static TimeSpan Hours(int value) => TimeSpan.FromHours(value);
}
