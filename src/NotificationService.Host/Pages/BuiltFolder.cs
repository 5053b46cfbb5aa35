using System.Collections.Frozen;

namespace NotificationService.Host.Pages;

/// <summary>
/// What the build has put into a folder beside the program, by path. It is read when it is first asked for, all of it at once, and kept: files of one
/// build belong together, and there are as many as were built.
/// </summary>
public sealed class BuiltFolder(string folder)
{
    private readonly Lazy<FrozenDictionary<string, BuiltFile>> files = new(() => Read(folder));

    /// <summary>Null: it was not built. Nothing but a path of the folder's own files finds anything.</summary>
    public BuiltFile? Find(string path) => files.Value.GetValueOrDefault(path);

    public static BuiltFolder BesideProgram(string name) => new(Path.Combine(AppContext.BaseDirectory, name));

    private static FrozenDictionary<string, BuiltFile> Read(string folder) => (Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [])
        .Where(path => !BuiltFile.IsForm(path))
        .ToFrozenDictionary(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), BuiltFile.Read, StringComparer.Ordinal);
}
