using System.Diagnostics;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What a machine lacks for the tests is said once, with the package that has it, before the first test.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class TestProgramTests : IDisposable
{
    private readonly string programs = Directory.CreateTempSubdirectory("programs-").FullName;

    public void Dispose() => Directory.Delete(programs, recursive: true);

    [Fact]
    public async Task A_machine_that_has_everything_is_shown_nothing()
    {
        Provide("bash", "gcc", "make", "python3", "npm", "chromium");
        await ProvideNodeAsync("true");

        (await CheckAsync()).ShouldBe((0, ""));
    }

    [Fact]
    public async Task Each_missing_program_is_named_with_its_package_in_one_sentence()
    {
        Provide("bash", "python3", "npm", "chromium");
        await ProvideNodeAsync("true");

        (await CheckAsync()).ShouldBe((1, "The tests need gcc, make, not found on this machine: apt-get install gcc libc6-dev make."));
    }

    [Fact]
    public async Task A_node_that_is_too_old_is_named_too()
    {
        Provide("bash", "gcc", "make", "python3", "npm", "chromium");
        await ProvideNodeAsync("false");

        var (code, said) = await CheckAsync();

        code.ShouldBe(1);
        said.ShouldContain("Node.js 20 or newer (found false)");
    }

    [Fact]
    public void Every_test_project_that_needs_a_program_asks_before_its_first_test()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => File.ReadAllText(project).Contains("<NeedsTestPrograms>true</NeedsTestPrograms>", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);

        projects.ShouldBe(["NotificationService.EndToEndTests", "NotificationService.IntegrationTests"], ignoreOrder: true);
    }

    private void Provide(params string[] names)
    {
        foreach (var name in names)
            File.CreateSymbolicLink(Path.Combine(programs, name), "/bin/true");
    }

    private async Task ProvideNodeAsync(string response)
    {
        var node = Path.Combine(programs, "node");
        await File.WriteAllTextAsync(node, $"#!/bin/sh\necho {response}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(node, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<(int Code, string Said)> CheckAsync()
    {
        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(Repository.Root, "eng", "check-test-programs.sh")]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PATH"] = programs;
        start.Environment.Remove("CHROMIUM");
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said.Trim());
    }
}
