using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;

namespace NotificationService.Notifications;

/// <summary>
/// Writes JSON so that equal values give equal bytes: no white space, escapes resolved, properties in the order of
/// their names, every text preceded by its length. Numbers stay as written: 1 and 1.0 are two values. So does what holds half of a
/// surrogate pair, and so is no text: a body of many items is not refused for one of them. The result is for hashing, not for reading.
/// </summary>
internal ref struct CanonicalJson
{
    /// <summary>More than is taken of any body: whoever reads its values says what is too deep.</summary>
    private const int MaxDepth = 128;

    private byte[] bytes;
    private int length;
    private Utf8JsonReader reader;

    private CanonicalJson(ReadOnlySpan<byte> json)
    {
        bytes = ArrayPool<byte>.Shared.Rent(2 * json.Length + 64);
        reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>Gives the canonical bytes to <paramref name="use"/>; they are valid only during the call.</summary>
    public static void Write<TState>(ReadOnlySpan<byte> json, TState state, ReadOnlySpanAction<byte, TState> use)
    {
        var canonical = new CanonicalJson(json);
        try
        {
            canonical.reader.Read();
            canonical.Value();
            use(canonical.bytes.AsSpan(0, canonical.length), state);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(canonical.bytes);
        }
    }

    private void Value()
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Object();
                break;
            case JsonTokenType.StartArray:
                Put((byte)'[');
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Value();
                Put((byte)']');
                break;
            case JsonTokenType.String:
                Text();
                break;
            default:
                Put((byte)'v');
                Sized(reader.ValueSpan);
                break;
        }
    }

    private void Object()
    {
        Put((byte)'{');
        var members = new List<(int Start, int NameEnd, int End)>(8);
        var ordered = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = length;
            Text();
            var nameEnd = length;
            reader.Read();
            Value();
            if (ordered && members.Count > 0)
                ordered = bytes.AsSpan(members[^1].Start..members[^1].NameEnd).SequenceCompareTo(bytes.AsSpan(start..nameEnd)) <= 0;
            members.Add((start, nameEnd, length));
        }

        if (!ordered)
            Sort(members);
        Put((byte)'}');
    }

    private readonly void Sort(List<(int Start, int NameEnd, int End)> members)
    {
        var (from, to) = (members[0].Start, members[^1].End);
        var copy = ArrayPool<byte>.Shared.Rent(to - from);
        try
        {
            bytes.AsSpan(from..to).CopyTo(copy);
            members.Sort((left, right) => copy.AsSpan((left.Start - from)..(left.NameEnd - from))
                .SequenceCompareTo(copy.AsSpan((right.Start - from)..(right.NameEnd - from))));
            var at = from;
            foreach (var (start, _, end) in members)
            {
                copy.AsSpan((start - from)..(end - from)).CopyTo(bytes.AsSpan(at));
                at += end - start;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private void Text()
    {
        if (reader.ValueIsEscaped && HoldsHalf(reader.ValueSpan))
        {
            Put((byte)'h');
            Sized(reader.ValueSpan);
            return;
        }

        Put((byte)'s');
        if (!reader.ValueIsEscaped)
        {
            Sized(reader.ValueSpan);
            return;
        }

        Reserve(4 + reader.ValueSpan.Length);
        var written = reader.CopyString(bytes.AsSpan(length + 4));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(length), written);
        length += 4 + written;
    }

    /// <summary>Whether an escaped surrogate stands without its other half, for which the reader would throw.</summary>
    private static bool HoldsHalf(ReadOnlySpan<byte> escaped)
    {
        var owesLow = false;
        for (var at = 0; at < escaped.Length; at++)
        {
            var unit = '\0';
            if (escaped[at] == '\\' && escaped[++at] == 'u')
            {
                unit = Utf8Parser.TryParse(escaped.Slice(at + 1, 4), out ushort value, out _, 'x') ? (char)value : unit;
                at += 4;
            }

            if (char.IsLowSurrogate(unit) != owesLow)
                return true;
            owesLow = char.IsHighSurrogate(unit);
        }

        return owesLow;
    }

    private void Sized(ReadOnlySpan<byte> text)
    {
        Reserve(4 + text.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(length), text.Length);
        text.CopyTo(bytes.AsSpan(length + 4));
        length += 4 + text.Length;
    }

    private void Put(byte one)
    {
        Reserve(1);
        bytes[length++] = one;
    }

    private void Reserve(int more)
    {
        if (length + more <= bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, length + more));
        bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
