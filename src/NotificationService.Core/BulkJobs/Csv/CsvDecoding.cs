using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace NotificationService.BulkJobs.Csv;

/// <summary>How far a piece of input could be turned into UTF-8, and why not further.</summary>
/// <param name="Fault">Null when nothing is wrong: the rest waits for more input, or for room.</param>
internal readonly record struct Decoded(int Read, int Written, string? Fault);

/// <summary>From each encoding to UTF-8, a piece at a time. The room given is at least three times the input.</summary>
internal static class CsvDecoding
{
    /// <summary>What Windows-1252 has from 0x80 to 0x9F; five of them have no character.</summary>
    private const string Upper = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

    /// <summary>What may follow a capital letter with an accent in honest Windows-1252: … ’ “ ” – — ™ no-break space « ».</summary>
    private static readonly SearchValues<byte> Closing = SearchValues.Create(0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99, 0xA0, 0xAB, 0xBB);

    /// <summary>Copies what is valid. A character that is cut by the end of the piece waits, unless nothing more will come.</summary>
    public static Decoded Utf8(ReadOnlySpan<byte> from, Span<byte> to, bool isFinal)
    {
        var whole = isFinal ? from.Length : from.Length - CutCharacter(from);
        string? fault = null;
        if (!System.Text.Unicode.Utf8.IsValid(from[..whole]))
        {
            whole = 0;
            while (Rune.DecodeFromUtf8(from[whole..], out _, out var used) == OperationStatus.Done)
                whole += used;
            fault = "is not valid UTF-8";
        }

        from[..whole].CopyTo(to);
        return new Decoded(whole, whole, fault);
    }

    public static Decoded Windows1252(ReadOnlySpan<byte> from, Span<byte> to, bool isFinal)
    {
        var (read, written) = (0, 0);
        while (read < from.Length)
        {
            var ascii = from[read..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            ascii = ascii < 0 ? from.Length - read : ascii;
            from.Slice(read, ascii).CopyTo(to[written..]);
            read += ascii;
            written += ascii;
            if (read == from.Length)
                break;
            var status = Rune.DecodeFromUtf8(from[read..], out _, out var used);
            if (status == OperationStatus.NeedMoreData && !isFinal)
                break;
            if (status == OperationStatus.Done && IsSurelyUtf8(from.Slice(read, used)))
                return new Decoded(read, written, "is UTF-8 in a file that holds Windows-1252 before it");
            var character = from[read] < 0xA0 ? Upper[from[read] - 0x80] : (char)from[read];
            if (character == 0)
                return new Decoded(read, written, "is neither UTF-8 nor Windows-1252");
            written += new Rune(character).EncodeToUtf8(to[written..]);
            read++;
        }

        return new Decoded(read, written, null);
    }

    public static Decoded Utf16(ReadOnlySpan<byte> from, Span<byte> to, bool isBigEndian, bool isFinal)
    {
        var units = MemoryMarshal.Cast<byte, short>(from[..(from.Length & ~1)]);
        short[]? swapped = null;
        if (isBigEndian == BitConverter.IsLittleEndian)
        {
            swapped = ArrayPool<short>.Shared.Rent(units.Length);
            BinaryPrimitives.ReverseEndianness(units, swapped);
            units = swapped.AsSpan(0, units.Length);
        }

        var status = System.Text.Unicode.Utf8.FromUtf16(MemoryMarshal.Cast<short, char>(units), to, out var read, out var written, replaceInvalidSequences: false, isFinal);
        if (swapped is not null)
            ArrayPool<short>.Shared.Return(swapped);
        if (status == OperationStatus.InvalidData)
            return new Decoded(read * 2, written, "is half a character of UTF-16");
        return new Decoded(read * 2, written, isFinal && read * 2 < from.Length ? "ends in the middle of a character of UTF-16" : null);
    }

    /// <summary>How many bytes at the end begin a character that goes on in the next piece.</summary>
    private static int CutCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var value = bytes[^back];
            if (value < 0x80)
                return 0;
            if (value >= 0xC0)
                return back < (value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2) ? back : 0;
        }

        return 0;
    }

    /// <summary>
    /// Whether a well-formed sequence cannot have been meant as Windows-1252. It can where a capital letter with an accent
    /// ends a word before a quotation mark (É”), which is also the UTF-8 of some letter that nobody writes.
    /// </summary>
    private static bool IsSurelyUtf8(ReadOnlySpan<byte> sequence) =>
        sequence.Length == 4 || sequence[0] is 0xC2 or 0xC3 || (sequence[0] == 0xE2 && sequence[1] is 0x80 or 0x82 or 0x84)
        || sequence[1..].ContainsAnyExcept(Closing);
}
