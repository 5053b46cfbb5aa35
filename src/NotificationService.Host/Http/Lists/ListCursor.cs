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

    /// <summary>The same of a list that is walked by a text, such as a person's id.</summary>
    public static string Write(string text, string scope)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Base64Url.EncodeToString([.. Digest(utf8, scope), .. utf8]);
    }

    /// <param name="cursor">As it came.</param>
    /// <param name="scope">Of the list that it is used with.</param>
    /// <param name="longest">UTF-16 units of the text at most.</param>
    /// <param name="text">Where the list goes on.</param>
    public static bool TryRead(string cursor, string scope, int longest, out string text)
    {
        text = "";
        if (cursor.Length > Base64Url.GetEncodedLength(DigestSize + (3 * longest)) || !Base64Url.IsValid(cursor))
            return false;
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= DigestSize || !bytes.AsSpan(0, DigestSize).SequenceEqual(Digest(bytes.AsSpan(DigestSize), scope)))
            return false;
        text = Encoding.UTF8.GetString(bytes.AsSpan(DigestSize));
        return true;
    }

    private static ReadOnlySpan<byte> Digest(ReadOnlySpan<byte> utf8, string scope) => SHA256.HashData([.. utf8, .. "\n"u8, .. Encoding.UTF8.GetBytes(scope)]).AsSpan(0, DigestSize);

    private static void Digest(Guid id, string scope, Span<byte> digest) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{id:N}\n{scope}")).AsSpan(0, DigestSize).CopyTo(digest);
}
