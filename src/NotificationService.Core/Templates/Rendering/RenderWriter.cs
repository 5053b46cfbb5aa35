using System.Buffers;
using System.Globalization;
using System.Text;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>Collects a render's output in a pooled buffer and throws once there is too much of it. One per thread.</summary>
internal sealed class RenderWriter : TextWriter
{
    private const int KeptBuffer = 64 * 1024;

    [ThreadStatic]
    private static RenderWriter? ofThisThread;

    private char[] buffer = ArrayPool<char>.Shared.Rent(8 * 1024);
    private int length;

    private RenderWriter()
        : base(CultureInfo.InvariantCulture)
    {
    }

    public override Encoding Encoding => Encoding.Unicode;

    public ReadOnlySpan<char> Written => buffer.AsSpan(0, length);

    /// <summary>This thread's writer, emptied.</summary>
    public static RenderWriter Take()
    {
        var writer = ofThisThread ??= new RenderWriter();
        writer.length = 0;
        if (writer.buffer.Length > KeptBuffer)
        {
            ArrayPool<char>.Shared.Return(writer.buffer);
            writer.buffer = ArrayPool<char>.Shared.Rent(8 * 1024);
        }

        return writer;
    }

    public override void Write(char value)
    {
        RenderBudget.Print(1);
        if (length == buffer.Length)
            Grow(1);
        buffer[length++] = value;
    }

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> value)
    {
        RenderBudget.Print(value.Length);
        if (value.Length > buffer.Length - length)
            Grow(value.Length);
        value.CopyTo(buffer.AsSpan(length));
        length += value.Length;
    }

    /// <summary>The text, once its size in UTF-8 is known to be allowed.</summary>
    public override string ToString()
    {
        // Only what could exceed the limit is counted byte by byte.
        if (length > TemplateLimits.OutputBytes / 3 && Encoding.UTF8.GetByteCount(Written) > TemplateLimits.OutputBytes)
            throw TooMuch();
        return new string(Written);
    }

    private void Grow(int needed)
    {
        if (length + needed > TemplateLimits.OutputBytes)
            throw TooMuch();
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(buffer.Length * 2, length + needed));
        Written.CopyTo(larger);
        ArrayPool<char>.Shared.Return(buffer);
        buffer = larger;
    }

    private static RenderLimitException TooMuch() => new($"a rendered part may have {TemplateLimits.OutputBytes} bytes");
}
