using System.Collections.Frozen;

namespace NotificationService.Templates;

/// <summary>
/// The time zones of the machine's IANA list, their names fixed when the first is asked for: whatever else a caller writes is no zone. The runtime would
/// take any path to a zone's file for a name, such as <c>Europe////Paris</c>, and keep a zone for each of them for ever.
/// </summary>
public static class TimeZones
{
    private static readonly FrozenDictionary<string, Lazy<TimeZoneInfo?>> Known = Names().Distinct(StringComparer.Ordinal)
        .ToFrozenDictionary(name => name, name => new Lazy<TimeZoneInfo?>(() => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null), StringComparer.Ordinal);

    /// <summary>How many there are: what is kept never grows beyond it.</summary>
    public static int Count => Known.Count;

    public static bool Exists(string name) => Known.ContainsKey(name);

    /// <summary>The zone of that name; null if there is none.</summary>
    public static TimeZoneInfo? Find(string name) => Known.TryGetValue(name, out var zone) ? zone.Value : null;

    private static IEnumerable<string> Names()
    {
        var folder = Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } named ? named : "/usr/share/zoneinfo";
        // Elsewhere the runtime itself knows the list; so it does where there is no such folder.
        var names = Directory.Exists(folder) ? NamesIn(folder) : TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id);
        return names.Append("UTC");
    }

    /// <summary>Every file of a zone, also those that are older names of another. The same list once more stands in <c>posix</c> and <c>right</c>.</summary>
    private static IEnumerable<string> NamesIn(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(IsZone)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Where(name => !name.StartsWith("posix/", StringComparison.Ordinal) && !name.StartsWith("right/", StringComparison.Ordinal)
            && name is not ("localtime" or "posixrules" or "Factory"));

    private static bool IsZone(string file)
    {
        using var content = File.OpenRead(file);
        Span<byte> magic = stackalloc byte[4];
        return content.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("TZif"u8);
    }
}
