using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>However a notification comes in, it is stored by the same lines of code.</summary>
public sealed partial class OneWayInTests
{
    private static readonly IReadOnlyList<(string File, string Text)> Source =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file))),
    ];

    [Fact]
    public void One_class_accepts_notifications()
    {
        FilesWith("\"notifications_accept\"").ShouldBe(["AcceptColumns.cs"]);
        FilesWith("new AcceptColumns(").ShouldBe(["NotificationStore.cs"]);
    }

    [Fact]
    public void One_place_compares_fingerprints()
    {
        Source.Where(source => Comparison().IsMatch(source.Text)).Select(source => source.File).ShouldBeEmpty("ask RequestFingerprint.AreSame, or StoredResponse.IsTo");
        FilesWith("RequestFingerprint.AreSame(").ShouldBe(["AcceptOutcome.cs", "BatchIntake.cs"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("before.Fingerprint.AsSpan().SequenceEqual(given)")]
    [InlineData("found.SequenceEqual(request.Fingerprint)")]
    [InlineData("row.Fingerprint.SequenceEqual(given)")]
    public void Another_comparison_is_found(string line) => Comparison().IsMatch(line).ShouldBeTrue();

    private static IEnumerable<string> FilesWith(string text) => Source.Where(source => source.Text.Contains(text, StringComparison.Ordinal)).Select(source => source.File);

    [GeneratedRegex(@"[Ff]ingerprint[\w.()]*\.SequenceEqual\(|\.SequenceEqual\([\w.]*[Ff]ingerprint")]
    private static partial Regex Comparison();
}
