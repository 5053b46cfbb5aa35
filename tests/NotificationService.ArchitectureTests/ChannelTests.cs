using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>A channel is one row. Whoever adds one learns here, all at once, what else it needs.</summary>
public sealed class ChannelTests
{
    private const ChannelKind Planted = (ChannelKind)6;

    /// <summary>Files that may name a channel, and why. All else reads the table.</summary>
    private static readonly (string File, string Because)[] MayNameOne =
    [
        ("ChannelTable.cs", "it is the table"),
        ("ChannelMessage.cs", "a message says which channel it is for"),
        ("DeviceSelection.cs", "a push alone may have several devices"),
        ("SampleEvent.cs", "an example is of some channel"),
        ("DirectoryQueries.cs", "a device is of one channel, and an address that is confirmed of another"),
    ];

    private static readonly IReadOnlyList<string> Source =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Every_channel_has_all_its_pieces() =>
        Enum.GetValues<ChannelKind>().SelectMany(channel => ChannelPieces.Missing(channel).Select(piece => $"{channel} lacks {piece}")).ShouldBeEmpty();

    [Fact]
    public void Of_a_planted_channel_every_missing_piece_is_named() =>
        ChannelPieces.Missing(Planted).ShouldBe(
            [
                "ChannelTable: Kind",
                "ChannelTable: Name",
                "ChannelTable: Addresses",
                "ChannelTable: Inline",
                "ChannelTable: Template",
                "ChannelTable: TakesApprovedTemplates",
                "ChannelTable: Rendered",
                "ChannelTable: IsBilledBySegment",
                "ChannelTable: PayloadBytes",
                "ChannelTable: Message",
                "ChannelTable: RetrySteps",
                "ChannelTable: Ambiguity",
                "ChannelTable: Suppression",
                "ChannelTable: IsReportedByVendorsId",
                "ChannelTable: BuiltInProvider",
                "ChannelMessage.cs",
                "SandboxJson.cs",
                "SandboxOutcome.cs",
                "a vendor that sends on it",
                "notifications_load.sql",
                "receipts_match.sql",
                "docs/templates.md",
                "the description in EventRuleBodies.cs",
                "the description in NotificationBodies.cs",
                "the description in ProviderResponses.cs",
                "the description in SuppressionsApi.cs",
                "the description in WebhookEndpointBodies.cs",
            ],
            ignoreOrder: true);

    [Fact]
    public void No_switch_takes_a_new_channel_without_a_word() =>
        Source.SelectMany(file => ChannelSwitches.Silent(File.ReadAllText(file)).Select(arms => $"{Path.GetFileName(file)}: {arms.Trim()}")).ShouldBeEmpty();

    [Theory]
    [InlineData("channel switch\n{\n    ChannelKind.Email => 1,\n    _ => 2,\n}", true)]
    [InlineData("channel switch\n{\n    ChannelKind.Email when to is { Email: not null } => 1,\n    _ => null,\n}", true)]
    [InlineData("switch (message)\n{\n    case ChannelMessage.Email email:\n        break;\n}", true)]
    [InlineData("switch (channel)\n{\n    case ChannelKind.Email:\n        break;\n    default:\n        return 1;\n}", true)]
    [InlineData("channel switch\n{\n    ChannelKind.Email => 1,\n    _ => throw new X(),\n}", false)]
    [InlineData("switch (message)\n{\n    case ChannelMessage.Email email:\n        break;\n    default:\n        throw new X();\n}", false)]
    [InlineData("kind switch\n{\n    ReceiptKind.Read => 1,\n    _ => 2,\n}", false)]
    public void A_switch_that_does_is_recognized(string text, bool isOne) => ChannelSwitches.Silent(text).Any().ShouldBe(isOne);

    [Fact]
    public void The_service_itself_names_no_channel_outside_the_table()
    {
        var name = new Regex($@"\b(ChannelKind|ChannelMessage)\.({string.Join('|', Enum.GetNames<ChannelKind>())})\b");

        Source.Where(file => file.Contains("NotificationService.Core", StringComparison.Ordinal) || file.Contains("NotificationService.Host", StringComparison.Ordinal))
            .Where(file => !MayNameOne.Any(allowed => allowed.File == Path.GetFileName(file)) && name.IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Repository.Root, file)).ShouldBeEmpty();
    }
}
