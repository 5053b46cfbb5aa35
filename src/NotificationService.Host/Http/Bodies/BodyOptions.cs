using NotificationService.Settings;

namespace NotificationService.Host.Http.Bodies;

/// <summary><c>Notification:Http:*</c>: what requests may hold of this process.</summary>
public sealed class BodyOptions
{
    public const string Section = "Notification:Http";

    private const long MinBytes = 96L * 1024 * 1024;
    private const long MaxByDefault = 256L * 1024 * 1024;

    /// <summary>Bytes of request bodies in flight that the process holds at most; 0 for a quarter of its memory, 96 to 256 MiB.</summary>
    [Bounds(MinBytes, Zero = "by memory")]
    public long MaxBodyBytes { get; init; }

    /// <summary>What 0 means is worked out from the memory that the process may have, a container's limit included.</summary>
    public long Bytes => MaxBodyBytes > 0 ? MaxBodyBytes : Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MinBytes, MaxByDefault);
}
