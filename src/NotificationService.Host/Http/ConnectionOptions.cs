using NotificationService.Host.Http.Bodies;
using NotificationService.Settings;

namespace NotificationService.Host.Http;

/// <summary><c>Notification:Http:*</c>: how many connections a process takes. What they hold before a request is there is in no budget, so their number bounds it.</summary>
public sealed class ConnectionOptions
{
    public const string Section = BodyOptions.Section;

    /// <summary>
    /// What one connection may hold of the heap at worst, before its request is there or of a body that nobody reads yet: <see cref="ReadAheadBytes"/> of
    /// the buffer, the headers and the address as text, two bytes a character and the address twice, and some 10 KiB of its own.
    /// </summary>
    public const int BytesEach = 192 * 1024;

    /// <summary>Bytes that the HTTP server reads ahead: the largest headers have to fit. Larger bodies come through it piece by piece.</summary>
    public const int ReadAheadBytes = RequestGuard.LargestHeaders + (8 * 1024);

    private const int MinByDefault = 500;
    private const int MaxByDefault = 20_000;

    /// <summary>Connections at once, at each address that the process listens on; 0 for as many as fit in a quarter of its memory, 500 to 20,000.</summary>
    [Bounds(0, 1_000_000, Zero = "by memory")]
    public int MaxConnections { get; init; }

    /// <summary>What 0 means is worked out from the memory that the process may have, a container's limit included.</summary>
    public int Connections => MaxConnections > 0 ? MaxConnections : Within(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>How many connections a process takes that may have so many bytes.</summary>
    public static int Within(long memory) => (int)Math.Clamp(memory / 4 / BytesEach, MinByDefault, MaxByDefault);
}
