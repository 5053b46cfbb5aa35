using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace NotificationService.Templates.Fragments;

/// <summary>A layout or partial as a template is made with it.</summary>
public sealed class LoadedFragment
{
    private LoadedFragment(FragmentKind kind, string key, int size, byte[] hash, FragmentContents contents) => (Kind, Key, Size, Hash, Contents) = (kind, key, size, hash, contents);

    public FragmentKind Kind { get; }

    public string Key { get; }

    /// <summary>Characters of the contents.</summary>
    public int Size { get; }

    /// <summary>SHA-256 of the contents as they were written.</summary>
    public byte[] Hash { get; }

    /// <summary>The keys of the partials that its texts name.</summary>
    public IReadOnlyList<string> Includes => Contents.Includes;

    internal FragmentContents Contents { get; }

    /// <summary>The fragment, or everything that is wrong with its contents.</summary>
    /// <param name="contents">As JSON.</param>
    public static (LoadedFragment? Fragment, IReadOnlyList<TemplateIssue> Issues) Read(FragmentKind kind, string key, string contents)
    {
        using var document = JsonDocument.Parse(contents);
        var (read, issues) = FragmentContentsReader.Read(kind, key, document.RootElement, "/contents");
        return (read is null ? null : new LoadedFragment(kind, key, contents.Length, SHA256.HashData(Encoding.UTF8.GetBytes(contents)), read), issues);
    }
}
