using System.Diagnostics;

namespace NotificationService.Host.Embedded;

/// <summary>A folder with PostgreSQL's <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>, version 15 or newer.</summary>
public sealed record PostgresBinaries(string Folder, int Major)
{
    public const int OldestMajor = 15;

    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    public string Initdb => Path.Combine(Folder, "initdb" + Suffix);

    public string PgCtl => Path.Combine(Folder, "pg_ctl" + Suffix);

    public string Postgres => Path.Combine(Folder, "postgres" + Suffix);

    /// <summary>The machine's own: those in PATH first, then the newest of the usual places; of one major version where data of it exist.</summary>
    public static PostgresBinaries? OnThisMachine(int? major = null) =>
        InPath().Concat(InUsualPlaces()).Select(At).FirstOrDefault(found => found is not null && (major is null || found.Major == major));

    /// <summary>The binaries in a folder, or null if it has not all of them or they are too old.</summary>
    public static PostgresBinaries? At(string folder)
    {
        var binaries = new PostgresBinaries(folder, 0);
        if (!File.Exists(binaries.Initdb) || !File.Exists(binaries.PgCtl) || !File.Exists(binaries.Postgres))
            return null;
        return MajorOf(binaries.Postgres) is { } major and >= OldestMajor ? binaries with { Major = major } : null;
    }

    private static IEnumerable<string> InPath()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var initdb = new FileInfo(Path.Combine(folder, "initdb" + Suffix));
            if (!initdb.Exists)
                continue;
            // Debian and Homebrew put links into PATH; the other programs stand beside what the link points at.
            yield return Path.GetDirectoryName(initdb.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? initdb.FullName)!;
        }
    }

    private static IEnumerable<string> InUsualPlaces()
    {
        (string Parent, string Pattern)[] places = OperatingSystem.IsWindows()
            ? [(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*")]
            : [("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql*"), ("/usr/local/opt", "postgresql*"),
                ("/home/linuxbrew/.linuxbrew/opt", "postgresql*"), ("/Applications/Postgres.app/Contents/Versions", "*")];
        return places
            .Where(place => Directory.Exists(place.Parent))
            .SelectMany(place => Directory.GetDirectories(place.Parent, place.Pattern).OrderDescending(NumbersAsNumbers))
            .Select(folder => Path.Combine(folder, "bin"));
    }

    private static readonly IComparer<string> NumbersAsNumbers =
        Comparer<string>.Create((left, right) => TrailingNumber(left).CompareTo(TrailingNumber(right)));

    private static int TrailingNumber(string folder)
    {
        var digits = string.Concat(Path.GetFileName(folder).SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, out var number) ? number : 0;
    }

    /// <summary>From "postgres (PostgreSQL) 15.18 (Debian …)".</summary>
    private static int? MajorOf(string postgres)
    {
        using var process = Process.Start(new ProcessStartInfo(postgres, "--version") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true });
        var text = process!.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var version = text.Split(' ').FirstOrDefault(word => word.Length > 0 && char.IsAsciiDigit(word[0]));
        return version is null ? null : TrailingNumber(version);
    }
}
