using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Host.Auth;

/// <summary>Which accounts have signed in from where since this process began, in memory that never grows: a later one may take the place of an earlier one.</summary>
internal sealed class KnownSources
{
    private const int Slots = 32 * 1024;

    private readonly long[] slots = new long[Slots];
    private readonly byte[] seed = RandomNumberGenerator.GetBytes(32);

    public void Add(SignInSource source)
    {
        var (slot, mark) = Find(source);
        Volatile.Write(ref slots[slot], mark);
    }

    public bool Contains(SignInSource source)
    {
        var (slot, mark) = Find(source);
        return Volatile.Read(ref slots[slot]) == mark;
    }

    private (int Slot, long Mark) Find(SignInSource source)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(seed, Encoding.UTF8.GetBytes($"{source.Network:n} {source.Account}"), hash);
        return ((int)(BitConverter.ToUInt32(hash) % Slots), BitConverter.ToInt64(hash[8..]) | 1);
    }
}
