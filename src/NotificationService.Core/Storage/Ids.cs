namespace NotificationService.Storage;

/// <summary>Makes UUIDv7 ids from the service's clock, so that a row's id shows its month and with it its partition.</summary>
public sealed class Ids(TimeProvider time)
{
#pragma warning disable RS0030 // the one place that makes ids
    public Guid Next() => Guid.CreateVersion7(time.GetUtcNow());
#pragma warning restore RS0030
}
