using System.Diagnostics;

namespace NotificationService.Host.Embedded;

/// <summary>Reads <c>postmaster.pid</c>, which a PostgreSQL server keeps in its data folder while it runs.</summary>
public static class Postmaster
{
    /// <summary>Is the process it names a PostgreSQL server? A file whose number now belongs to another program is removed, for PostgreSQL itself would not dare.</summary>
    public static bool IsAlive(string data)
    {
        var file = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse(FirstLine(file), out var id))
            return false;
        try
        {
            using var process = Process.GetProcessById(id);
            if (process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
                return true;
            File.Delete(file);
            return false;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false; // no such process, or it ended this moment
        }
    }

    private static string? FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault();
        }
        catch (IOException)
        {
            return null; // removed between the look and the reading: the server has just stopped
        }
    }
}
