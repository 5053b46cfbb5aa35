using System.Text;
using NotificationService.BulkJobs;
using NotificationService.Storage;

namespace NotificationService.UnitTests.Storage;

public sealed class ReadableJsonTests
{
    [Theory]
    [InlineData("it's <b>Zoë</b> & 東京 + 1", "it's <b>Zoë</b> & 東京 + 1")]
    [InlineData("a \"quoted\" \\ word\n", "a \\\"quoted\\\" \\\\ word\\n")]
    [InlineData("\u0001", "\\u0001")]
    public void What_JSON_need_not_escape_reads_as_it_is(string text, string written)
    {
        ReadableJson.Text<IReadOnlyList<string>>([text], BulkJson.Default.IReadOnlyListString).ShouldBe($"[\"{written}\"]");
        Encoding.UTF8.GetString(ReadableJson.Utf8<IReadOnlyList<string>>([text], BulkJson.Default.IReadOnlyListString)).ShouldBe($"[\"{written}\"]");
    }
}
