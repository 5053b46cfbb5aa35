using System.Diagnostics;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Pages;

/// <summary>What a build does about what runs in browsers: with npm, without it, and with several builds at once. npm is a script here that notes what it was asked.</summary>
public sealed class ConsoleBuildTests : IDisposable
{
    private static readonly string Source = Path.Combine(Repository.Root, "src", "NotificationService.Console");

    private readonly string folder = Directory.CreateTempSubdirectory("console-build-").FullName;

    public ConsoleBuildTests()
    {
        foreach (var name in (string[])["Console.targets", "package.json", "package-lock.json", "scripts/build.mjs", "scripts/compress.mjs"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.Copy(Path.Combine(Source, name), At(name));
        }

        File.WriteAllText(At("a.proj"), """
            <Project>
              <Import Project="Console.targets" />
              <Target Name="AssignTargetPaths" DependsOnTargets="BuildConsole"><Message Importance="high" Text="beside the program: @(None->'%(Link)', ' ')." /></Target>
            </Project>
            """);
        Directory.CreateDirectory(At("bin"));
        File.CreateSymbolicLink(At("bin/sh"), "/bin/sh");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Without_Node_the_program_is_built_and_one_line_says_what_it_lacks()
    {
        var (code, said) = await BuildAsync(At("bin"));

        code.ShouldBe(0, said);
        said.ShouldContain("The console and the inbox element were not built (");
        said.ShouldContain("It takes Node.js 20.19 or newer, npm and its registry.");
        said.ShouldContain("beside the program: .");
    }

    [Fact]
    public async Task Whoever_requires_it_gets_an_error_instead_with_what_npm_said()
    {
        await ProvideNpmAsync("echo 'the registry is away' >&2; exit 1");

        var (code, said) = await BuildAsync($"{At("bin")}:{NodeFolder()}", "-p:RequireConsole=true");

        code.ShouldNotBe(0);
        said.ShouldContain("error");
        said.ShouldContain("'npm ci' failed");
        said.ShouldContain("the registry is away");
    }

    [Fact]
    public async Task Whoever_wants_none_of_it_asks_npm_for_nothing()
    {
        await ProvideNpmAsync("exit 1");

        var (code, said) = await BuildAsync($"{At("bin")}:{NodeFolder()}", "-p:BuildConsole=false");

        code.ShouldBe(0, said);
        said.ShouldNotContain("not built");
        Asked().ShouldBeEmpty();
    }

    [Fact]
    public async Task Builds_that_come_at_once_install_and_bundle_once_and_a_later_one_does_nothing()
    {
        await ProvideNpmAsync("""
            case $1 in
                ci) mkdir -p node_modules && echo {} > node_modules/.package-lock.json ;;
                run) mkdir -p dist/inbox && for form in '' .br .gz; do echo "export {};" > "dist/inbox/notification-inbox.js$form"; done ;;
            esac
            """);
        var path = $"{At("bin")}:{NodeFolder()}";

        var first = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => BuildAsync(path)));
        var later = await BuildAsync(path);

        foreach (var (code, said) in first.Append(later))
        {
            code.ShouldBe(0, said);
            said.ShouldContain("beside the program: inbox/notification-inbox.js inbox/notification-inbox.js.br inbox/notification-inbox.js.gz.");
        }

        Asked().ShouldBe(["ci", "run bundle"]);
    }

    [Fact]
    public async Task The_lock_of_a_build_that_was_killed_holds_nobody_up()
    {
        await ProvideNpmAsync("exit 1");
        Directory.CreateDirectory(At("dist"));
        using var gone = Process.Start(new ProcessStartInfo("true") { UseShellExecute = false })!;
        await gone.WaitForExitAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("dist/lock"), $"{gone.Id}", TestContext.Current.CancellationToken);

        var (_, said) = await BuildAsync($"{At("bin")}:{NodeFolder()}");

        said.ShouldContain("'npm ci' failed");
        File.Exists(At("dist/lock")).ShouldBeFalse();
    }

    private string At(string name) => Path.Combine(folder, name);

    private string[] Asked() => File.Exists(At("asked")) ? [.. File.ReadLines(At("asked"))] : [];

    private async Task ProvideNpmAsync(string script)
    {
        var npm = At("bin/npm");
        await File.WriteAllTextAsync(npm, $"#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$1${{2#--silent}}\" | sed 's/^ci.*/ci/; s/^run/run /' >> '{At("asked")}'\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(npm, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A folder with Node.js and without npm.</summary>
    private string NodeFolder()
    {
        var only = Directory.CreateDirectory(At("node")).FullName;
        var node = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(place => Path.Combine(place, "node")).First(File.Exists);
        if (!File.Exists(Path.Combine(only, "node")))
            File.CreateSymbolicLink(Path.Combine(only, "node"), node);
        return only;
    }

    private async Task<(int Code, string Said)> BuildAsync(string path, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : DotnetOfPath())
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["msbuild", At("a.proj"), "-t:AssignTargetPaths", "-nologo", "-v:m", "-nodeReuse:false", .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["PATH"] = path;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static string DotnetOfPath() => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(place => Path.Combine(place, "dotnet")).First(File.Exists);
}
