using System.Reflection;
using NotificationService.Host.Commands;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>Host → Kafka, Providers → Core, and nothing points back.</summary>
public sealed class DependencyTests
{
    private static readonly Assembly Core = typeof(Database).Assembly;
    private static readonly Assembly HostAssembly = typeof(CommandLine).Assembly;

    [Fact]
    public void Core_knows_neither_the_web_nor_its_users() =>
        References(Core, "Microsoft.AspNetCore", "NotificationService").ShouldBeEmpty();

    [Fact]
    public void The_checker_sees_what_Host_references()
    {
        References(HostAssembly, "Microsoft.AspNetCore").ShouldNotBeEmpty();
        References(HostAssembly, "NotificationService").ShouldContain("NotificationService.Core");
    }

    [Theory]
    [InlineData("NotificationService.Core")]
    [InlineData("NotificationService.Providers", "NotificationService.Core")]
    [InlineData("NotificationService.Kafka", "NotificationService.Core")]
    [InlineData("NotificationService.Host", "NotificationService.Core", "NotificationService.Kafka", "NotificationService.Providers")]
    public void Projects_reference_only_what_stands_below_them(string project, params string[] allowed)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));

        text.ShouldNotContain(project == "NotificationService.Host" ? "Sdk=\"Microsoft.NET.Sdk\"" : "Microsoft.AspNetCore.App");
        System.Text.RegularExpressions.Regex.Matches(text, "<ProjectReference Include=\"[^\"]*/([^/\"]+)\\.csproj\"")
            .Select(match => match.Groups[1].Value).ShouldBe(allowed, ignoreOrder: true);
    }

    private static IEnumerable<string> References(Assembly assembly, params string[] prefixes) =>
        assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
}
