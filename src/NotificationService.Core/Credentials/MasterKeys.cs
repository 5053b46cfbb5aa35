using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace NotificationService.Credentials;

/// <summary>
/// The keys everything secret hangs on, by key id. The first encrypts, all decrypt. A master key itself is never used:
/// each purpose has a key of its own, derived from it.
/// </summary>
public sealed partial class MasterKeys
{
    public const int KeyBytes = 32;

    /// <summary>In the folder that the service keeps for itself where no keys are configured.</summary>
    public const string FileName = "master-keys";

    private const int MaxLockTries = 500;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, byte[]> keys;

    private MasterKeys(string current, Dictionary<string, byte[]> keys) => (CurrentKeyId, this.keys) = (current, keys);

    /// <summary>The id of the key that encrypts.</summary>
    public string CurrentKeyId { get; }

    public IReadOnlyCollection<string> KeyIds => keys.Keys;

    public bool Contains(string keyId) => keys.ContainsKey(keyId);

    /// <summary>Reads <c>keyId:base64(32 bytes)</c>, comma-separated. What is wrong is said without repeating any of it.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static MasterKeys Parse(string text)
    {
        var parsed = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        string? first = null;
        foreach (var (index, entry) in text.Split(',', StringSplitOptions.TrimEntries).Index())
        {
            if (!TryParse(entry, out var id, out var key))
                throw new FormatException($"master key {index + 1} is not of the form keyId:base64(32 bytes); a key id is 1 to 32 of a-z, A-Z, 0-9, '-' and '_'");
            if (!parsed.TryAdd(id, key))
                throw new FormatException($"the master key id {id} stands twice");
            first ??= id;
        }

        return new MasterKeys(first!, parsed);
    }

    /// <summary>The keys kept in this folder; made the first time. Two processes that start at once agree on one.</summary>
    public static MasterKeys LoadOrCreate(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
            Create(directory, path);
        try
        {
            return Parse(File.ReadAllText(path).Trim());
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>A key of 32 bytes for one purpose (HKDF-SHA256); other purposes and other master keys give unrelated ones.</summary>
    public byte[] DeriveKey(string purpose, string keyId) =>
        TryDeriveKey(purpose, keyId, out var key) ? key : throw new KeyNotFoundException($"there is no master key {keyId}");

    public bool TryDeriveKey(string purpose, string keyId, [NotNullWhen(true)] out byte[]? key)
    {
        key = keys.TryGetValue(keyId, out var master)
            ? HKDF.DeriveKey(HashAlgorithmName.SHA256, master, KeyBytes, info: Encoding.UTF8.GetBytes($"NotificationService {purpose}"))
            : null;
        return key is not null;
    }

    /// <summary>Key ids only.</summary>
    public override string ToString() => $"master keys {string.Join(", ", keys.Keys)}";

    private static void Create(string directory, string path)
    {
        Directory.CreateDirectory(directory);
        // To move a file where there is none is a look and then a rename on Unix: two processes at once would each have a key of their own.
        using var alone = Lock($"{path}.lock");
        if (File.Exists(path))
            return;
        var text = $"local:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))}\n";
        var temporary = $"{path}.{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
    }

    /// <summary>Whoever has it is the only one, until it is disposed of or its process ends.</summary>
    private static FileStream Lock(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (tries < MaxLockTries)
            {
                Thread.Sleep(LockPause);
            }
        }
    }

    private static bool TryParse(string entry, [NotNullWhen(true)] out string? id, [NotNullWhen(true)] out byte[]? key)
    {
        (id, key) = (null, null);
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !KeyId().IsMatch(entry[..colon]))
            return false;
        Span<byte> bytes = stackalloc byte[KeyBytes + 16];
        if (!Convert.TryFromBase64String(entry[(colon + 1)..], bytes, out var written) || written != KeyBytes)
            return false;
        (id, key) = (entry[..colon], bytes[..KeyBytes].ToArray());
        return true;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,32}\\z", RegexOptions.None, 1000)]
    private static partial Regex KeyId();
}
