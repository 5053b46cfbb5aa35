namespace NotificationService.Testing;

/// <summary>Where the source stands that the tests were built of.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NotificationService.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("the tests were not built inside the repository");
    }
}
