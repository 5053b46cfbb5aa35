using System.Buffers;

namespace NotificationService.Providers.Smtp;

/// <summary>Text in ASCII lines of at most 76 characters (RFC 2045, 6.7): what is readable stays so.</summary>
internal static class QuotedPrintable
{
    private const int LongestLine = 75; // and a soft break

    public static void Write(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        var column = 0;
        for (var at = 0; at < utf8.Length; at++)
        {
            var value = utf8[at];
            if (value is (byte)'\r' or (byte)'\n')
            {
                // Every kind of line break is CRLF, as mail wants it.
                if (value == '\r' && at + 1 < utf8.Length && utf8[at + 1] == '\n')
                    at++;
                output.Write("\r\n"u8);
                column = 0;
                continue;
            }

            var plain = IsPlain(utf8, at, column);
            if (column + (plain ? 1 : 3) > LongestLine)
            {
                output.Write("=\r\n"u8);
                column = 0;
                plain = IsPlain(utf8, at, column);
            }

            Write(value, plain, output);
            column += plain ? 1 : 3;
        }

        if (column > 0)
            output.Write("\r\n"u8);
    }

    /// <summary>A dot that begins a line would end the message or have to be doubled; a blank that ends one would be lost.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> utf8, int at, int column) => utf8[at] switch
    {
        (byte)'=' => false,
        (byte)'.' => column > 0,
        (byte)' ' or (byte)'\t' => at + 1 < utf8.Length && utf8[at + 1] is not ((byte)'\r' or (byte)'\n'),
        var value => value is > (byte)' ' and < 0x7F,
    };

    private static void Write(byte value, bool plain, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(3);
        if (plain)
        {
            span[0] = value;
            output.Advance(1);
            return;
        }

        const string Digits = "0123456789ABCDEF";
        (span[0], span[1], span[2]) = ((byte)'=', (byte)Digits[value >> 4], (byte)Digits[value & 15]);
        output.Advance(3);
    }
}
