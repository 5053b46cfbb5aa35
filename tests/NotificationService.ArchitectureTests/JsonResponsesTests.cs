using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

public sealed class JsonResponsesTests
{
    [Fact]
    public void Answers_in_JSON_are_made_in_one_place_so_that_all_are_written_alike()
    {
        var others = Directory.GetFiles(Path.Combine(Repository.Root, "src", "NotificationService.Host"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && Path.GetFileName(file) != "JsonResponse.cs")
            .Where(file => File.ReadAllText(file).Contains("Results.Json(", StringComparison.Ordinal))
            .Select(Path.GetFileName);

        others.ShouldBeEmpty("use JsonResponse.Of");
    }
}
