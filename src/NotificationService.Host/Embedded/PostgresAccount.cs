using System.Diagnostics;

namespace NotificationService.Host.Embedded;

/// <summary>
/// Who runs a private PostgreSQL. It refuses to run as root, so root hands it to <c>postgres</c> or <c>nobody</c>;
/// anybody else runs it as themselves.
/// </summary>
public sealed class PostgresAccount
{
    private readonly string? name;

    private PostgresAccount(string? name) => this.name = name;

    public string Name => name ?? Environment.UserName;

    public static PostgresAccount Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return new PostgresAccount(name: null);
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        return new PostgresAccount(accounts.Contains("postgres") ? "postgres" : "nobody");
    }

    /// <summary>A program to be started as this account, in a folder that it can enter.</summary>
    public ProcessStartInfo Command(string folder, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo { UseShellExecute = false, WorkingDirectory = folder };
        if (name is null)
        {
            start.FileName = program;
        }
        else
        {
            start.FileName = "setpriv";
            foreach (var argument in (string[])[$"--reuid={name}", $"--regid={GroupId()}", "--clear-groups", "--", program])
                start.ArgumentList.Add(argument);
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Makes a folder that belongs to this account.</summary>
    public async Task MakeFolderAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        if (name is null)
            return;
        using var chown = Process.Start("chown", [$"{name}:{GroupId()}", folder]);
        await chown.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Can this account enter the folder: every folder on the way must let it through.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellationToken)
    {
        if (name is null)
            return true;
        using var test = Process.Start(Command("/", "test", "-x", folder))!;
        await test.WaitForExitAsync(cancellationToken);
        return test.ExitCode == 0;
    }

    private string GroupId() =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(fields => fields[0] == name)[3];
}
