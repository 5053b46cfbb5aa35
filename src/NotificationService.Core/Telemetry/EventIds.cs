namespace NotificationService.Telemetry;

/// <summary>
/// Where each room's log events begin; a room has the hundred from there. An id never changes its meaning, because
/// alerts are built on it.
/// </summary>
public static class EventIds
{
    public const int Storage = 1000;
    public const int Queueing = 1100;
    public const int Tenants = 1200;
    public const int Users = 1300;
    public const int Notifications = 2000;
    public const int Deliveries = 2100;
    public const int Channels = 2200;
    public const int Credentials = 2300;
    public const int Templates = 2400;
    public const int Recipients = 2500;
    public const int Topics = 2550;
    public const int Batches = 2600;
    public const int Ledger = 2650;
    public const int BulkJobs = 2700;
    public const int Erasure = 2750;
    public const int Inbox = 2800;
    public const int Events = 2900;
    public const int Webhooks = 3000;
    public const int Realtime = 3100;
    public const int Notices = 3200;
    public const int Providers = 4000;
    public const int Kafka = 5000;
    public const int Host = 9000;
    public const int Auth = 9100;
    public const int RateLimits = 9200;
    public const int Quotas = 9400;
    public const int Observability = 9300;
}
