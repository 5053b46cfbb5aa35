namespace NotificationService.BulkJobs.Csv;

/// <summary>What a file is that was named .csv and is none, recognised from its first bytes.</summary>
internal static class FileSignature
{
    private const string Excel = "This looks like an Excel file. In Excel choose 'Save As', then 'CSV UTF-8', and upload that file.";

    private static readonly (byte[] Start, string What)[] Known =
    [
        ([0xD0, 0xCF, 0x11, 0xE0], Excel),
        ("%PDF-"u8.ToArray(), "This looks like a PDF file."),
        ([0x1F, 0x8B], "This looks like a gzip file. Unpack it first."),
        ("BZh"u8.ToArray(), "This looks like a bzip2 file. Unpack it first."),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "This looks like an xz file. Unpack it first."),
        ([0x28, 0xB5, 0x2F, 0xFD], "This looks like a Zstandard file. Unpack it first."),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], "This looks like a 7-Zip archive. Unpack it first."),
        ("Rar!\u001a"u8.ToArray(), "This looks like a RAR archive. Unpack it first."),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "This looks like an image (PNG)."),
        ([0xFF, 0xD8, 0xFF], "This looks like an image (JPEG)."),
        ("GIF8"u8.ToArray(), "This looks like an image (GIF)."),
        ([(byte)'I', (byte)'I', (byte)'*', 0], "This looks like an image (TIFF)."),
        ([(byte)'M', (byte)'M', 0, (byte)'*'], "This looks like an image (TIFF)."),
        ("PAR1"u8.ToArray(), "This looks like a Parquet file."),
        (@"{\rtf"u8.ToArray(), "This looks like a Rich Text document."),
    ];

    /// <summary>Null when it may well be text.</summary>
    public static CsvRefusal? Refusal(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return new CsvRefusal(CsvCodes.Empty, "The file is empty.", 1);
        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
        {
            return NotText(head.IndexOf("[Content_Types].xml"u8) >= 0 || head.IndexOf("xl/"u8) >= 0
                ? Excel
                : "This looks like a zip archive (perhaps an Excel file). Upload the CSV file itself.");
        }

        foreach (var (start, what) in Known)
        {
            if (head.StartsWith(start))
                return NotText(what);
        }

        return Markup(head) ?? Zeros(head);
    }

    private static CsvRefusal? Markup(ReadOnlySpan<byte> head)
    {
        var text = (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head).TrimStart(" \t\r\n"u8);
        if (text.Length > 1 && text[0] == '<' && (char.IsAsciiLetter((char)text[1]) || text[1] is (byte)'!' or (byte)'?'))
            return NotText("This looks like a web page or an XML file.");
        return text.StartsWith("{\""u8) || text.StartsWith("[{"u8) ? NotText("This looks like a JSON file.") : null;
    }

    private static CsvRefusal? Zeros(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]))
            return new CsvRefusal(CsvCodes.Encoding, "The file is in UTF-32. Save it as CSV UTF-8.", 1);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return null;
        var (even, odd, control) = (0, 0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            if (head[i] == 0 && i % 2 == 0)
                even++;
            else if (head[i] == 0)
                odd++;
            else if (head[i] < 0x20 && head[i] is not ((byte)'\t' or (byte)'\r' or (byte)'\n'))
                control++;
        }

        // Western text in UTF-16 has a zero in every second byte. To guess it would be right nearly always, and silently wrong else.
        var half = head.Length / 2;
        if (half >= 4 && Math.Max(even, odd) * 10 >= half * 7 && Math.Min(even, odd) * 10 < half)
            return new CsvRefusal(CsvCodes.Encoding, "The file looks like UTF-16 without a byte order mark. Save it as CSV UTF-8.", 1);
        return head.Length >= 64 && even + odd > 0 && (even + odd + control) * 10 > head.Length ? NotText("This is no text file.") : null;
    }

    private static CsvRefusal NotText(string what) => new(CsvCodes.NotText, what);
}
