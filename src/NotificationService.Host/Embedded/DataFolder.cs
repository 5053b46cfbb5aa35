using System.Security.Cryptography;
using System.Text;
using NotificationService.Host.Configuration;

namespace NotificationService.Host.Embedded;

/// <summary>Where the private PostgreSQL lives, and the lock that makes one process its owner.</summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>A socket's whole path has at most 107 bytes on Linux and 103 on macOS.</summary>
    private const int LongestSocketFolder = 80;

    private readonly FileStream? ownerLock;

    private DataFolder(string root, FileStream? ownerLock)
    {
        Root = root;
        this.ownerLock = ownerLock;
    }

    public string Root { get; }

    /// <summary>False where another process owns it; the operating system gives the lock back when that process ends, however it ends.</summary>
    public bool IsOwned => ownerLock is not null;

    public string Data => Path.Combine(Root, "data");

    public string Log => Path.Combine(Root, "log");

    public string Sockets { get; private set; } = "";

    /// <summary><c>.data/postgres</c> in the working directory; where the account cannot enter that (below /root), a folder of its own under /var/lib.</summary>
    public static async Task<DataFolder> OpenAsync(string workingDirectory, PostgresAccount account, Action<string> say, CancellationToken cancellationToken)
    {
        var parent = Path.Combine(workingDirectory, ".data");
        try
        {
            Directory.CreateDirectory(parent);
            if (!await account.CanEnterAsync(parent, cancellationToken))
            {
                var hidden = parent;
                parent = Path.Combine("/var/lib/notification-service", Mark(workingDirectory));
                Directory.CreateDirectory(parent);
                say($"the account {account.Name}, which runs PostgreSQL for root, cannot enter {hidden}: its data are in {parent}");
            }

            var root = Path.Combine(parent, "postgres");
            await account.MakeFolderAsync(root, cancellationToken);
            var folder = new DataFolder(root, TryLock(Path.Combine(parent, "owner.lock")));
            await folder.MakeSocketFolderAsync(account, cancellationToken);
            return folder;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new StartupException($"cannot keep a database in {parent}: {exception.Message}; set ConnectionStrings__NotificationDatabase, or start in another folder", exception);
        }
    }

    public void Dispose() => ownerLock?.Dispose();

    private async Task MakeSocketFolderAsync(PostgresAccount account, CancellationToken cancellationToken)
    {
        Sockets = Path.Combine(Root, "socket");
        if (Sockets.Length > LongestSocketFolder)
            Sockets = Path.Combine(Path.GetTempPath(), $"notification-service-{Mark(Root)}");
        await account.MakeFolderAsync(Sockets, cancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Sockets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream? TryLock(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Mark(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
}
