using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Host.Http.Lists;

/// <summary>
/// A place in a list, opaque to callers: an id with a digest of the scope it belongs to. The scope names tenant, list
/// and filter, so a cursor is of use only where it was given out. It grants nothing: what lies behind it is still
/// read under the caller's tenant.
/// </summary>
public static class ListCursor
{
    private const int DigestSize = 8;
    private const int Size = 16 + DigestSize;

    public static string Write(Guid id, string scope)
    {
        Span<byte> bytes = stackalloc byte[Size];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        Digest(id, scope, bytes[16..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string cursor, string scope, out Guid id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (cursor.Length != Base64Url.GetEncodedLength(Size) || !Base64Url.TryDecodeFromChars(cursor, bytes, out var written) || written != Size)
            return false;

        var read = new Guid(bytes[..16], bigEndian: true);
        Span<byte> digest = stackalloc byte[DigestSize];
        Digest(read, scope, digest);
        if (!digest.SequenceEqual(bytes[16..]))
            return false;
        id = read;
        return true;
    }

    private static void Digest(Guid id, string scope, Span<byte> digest) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{id:N}\n{scope}")).AsSpan(0, DigestSize).CopyTo(digest);
}
