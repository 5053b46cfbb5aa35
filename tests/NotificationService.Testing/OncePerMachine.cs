namespace NotificationService.Testing;

/// <summary>What tests fetch or build for themselves: made once, kept in the temporary folder, shared by all test assemblies of the machine.</summary>
public static class OncePerMachine
{
    private const string Done = "done";

    /// <summary>
    /// The folder of that name with everything in it. If it is not finished, <paramref name="make"/> fills it, one process at a time;
    /// what a process that died left unfinished is made anew.
    /// </summary>
    public static async Task<string> GetAsync(string name, Func<string, Task> make)
    {
        var folder = Path.Combine(Path.GetTempPath(), "notification-tests", name);
        var contents = Path.Combine(folder, "contents");
        Directory.CreateDirectory(folder);
        FileStream? held = null;
        await Eventually.TrueAsync(() => TryLock(Path.Combine(folder, "lock"), out held), TimeSpan.FromMinutes(10));
        await using (held)
        {
            if (File.Exists(Path.Combine(folder, Done)))
                return contents;
            if (Directory.Exists(contents))
                Directory.Delete(contents, recursive: true);
            Directory.CreateDirectory(contents);
            await make(contents);
            await File.WriteAllTextAsync(Path.Combine(folder, Done), "");
        }

        return contents;
    }

    private static bool TryLock(string file, out FileStream? held)
    {
        try
        {
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            held = null;
            return false;
        }
    }
}
