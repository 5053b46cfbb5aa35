using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

public sealed class RetiredWordsTests
{
    [Fact]
    public void Retired_words_do_not_come_back() => Source().SelectMany(file => RetiredWords.Violations(Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file))).ShouldBeEmpty();

    [Theory]
    [InlineData("A.cs", "private const int MostTries = 3;", "MostTries")]
    [InlineData("A.cs", "public sealed class BulkDesk;", "BulkDesk")]
    [InlineData("A.cs", "var answer = await draft.SendAsync();", "answer")]
    [InlineData("A.cs", "// Whoever listens is told.", "told")]
    [InlineData("A.cs", "/// <summary>What could not be published is set aside.</summary>", "set aside")]
    [InlineData("ATests.cs", "public void What_is_in_hand_is_counted()", "in hand")]
    [InlineData("A.cs", "var text = $\"{slices} of them\"; var slices = 1;", "slices")]
    [InlineData("a.sql", "update webhook_messages set in_flight = true -- one bite", "bite")]
    [InlineData("a.sql", "select parked_at from provider_suspensions", "parked_at")]
    public void A_retired_word_is_recognized(string file, string text, string word) => RetiredWords.Violations(file, text).ShouldContain(found => found.Contains(word, StringComparison.Ordinal));

    [Theory]
    [InlineData("A.cs", "meter.CreateCounter(\"notification_outbox_set_aside\");")]
    [InlineData("A.cs", "var rest = bytes.Slice(1); // at most one, and a good answer to it")]
    [InlineData("src/NotificationService.Core/BulkJobs/BulkOptions.cs", "public int MostRows { get; init; }")]
    [InlineData("a.sql", "select least(1, 2), 'provider.parked'")]
    public void What_is_public_or_plain_English_is_no_retired_word(string file, string text) => RetiredWords.Violations(file, text).ShouldBeEmpty();

    private static IEnumerable<string> Source() =>
        from folder in (string[])["src", "tests"]
        from pattern in (string[])["*.cs", "*.sql"]
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar)
        where !parts.Contains("bin") && !parts.Contains("obj") && !parts.Contains("node_modules")
            && !Path.GetFileName(file).StartsWith("RetiredWords", StringComparison.Ordinal)
        select file;
}
