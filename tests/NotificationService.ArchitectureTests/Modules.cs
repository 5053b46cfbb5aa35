namespace NotificationService.ArchitectureTests;

/// <summary>Who may call whom inside Core. All else is forbidden.</summary>
public static class Modules
{
    /// <summary>Below every module, and knowing none.</summary>
    private static readonly string[] GroundFloor = ["Storage", "Queueing", "Telemetry", "Tenants", "Outbound", "Settings"];

    private static readonly Dictionary<string, string[]> MayCall = new(StringComparer.Ordinal)
    {
        ["BulkJobs"] = ["Notifications", "Quotas", "Recipients", "Channels"],
        ["Batches"] = ["Notifications", "Quotas"],
        ["EventRules"] = ["Notifications", "Recipients"],
        ["Categories"] = ["Channels"],
        ["Notifications"] = ["Categories", "Quotas", "Templates", "Recipients", "Channels", "Deliveries", "Events"],
        ["Deliveries"] = ["Categories", "Templates", "Recipients", "Channels", "Inbox", "Events"],
        ["Quotas"] = ["Channels"],
        ["Recipients"] = ["Categories", "Templates", "Channels", "Credentials"],
        ["Ledger"] = ["Channels", "Deliveries"],
        ["Topics"] = ["Notifications", "Deliveries", "Templates", "Batches", "Quotas", "Recipients", "Channels"],
        ["Lookups"] = [],
        ["Templates"] = ["Channels"],
        ["Channels"] = ["Credentials"],
        ["Webhooks"] = ["Events", "Credentials"],
        ["Users"] = ["Notices", "BulkJobs", "Channels"],
        ["Erasure"] = ["Credentials"],
        ["Realtime"] = ["Events", "Inbox", "Notifications", "Recipients"],
        ["Inbox"] = ["Events"],
        ["Notices"] = ["Events", "Notifications", "Recipients", "Credentials", "Channels"],
    };

    /// <summary>Every forbidden mention, as "Templates.Renderer → Deliveries.DeliveryWorker".</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<(Type From, Type To)> graph, string root) =>
    [
        .. graph
            .Where(edge => ModuleOf(edge.From, root) is { } from && ModuleOf(edge.To, root) is { } to && from != to
                && !IsVocabulary(edge.To) && !IsAllowed(from, to))
            .Select(edge => $"{Short(edge.From, root)} → {Short(edge.To, root)}")
            .Order(StringComparer.Ordinal),
    ];

    private static bool IsAllowed(string from, string to) =>
        GroundFloor.Contains(to) || (MayCall.TryGetValue(from, out var modules) && modules.Contains(to));

    /// <summary>Ids, closed sets and the spelling of them are the words that all modules share; to mention one is no call.</summary>
    private static bool IsVocabulary(Type type) =>
        type.IsEnum || type.FullName is "NotificationService.Channels.ChannelKinds" or "NotificationService.Channels.SmsEncodings" or "NotificationService.Deliveries.DeliveryStatuses" or "NotificationService.BulkJobs.BulkJobStates" || (type.IsValueType && type.Name.EndsWith("Id", StringComparison.Ordinal));

    private static string? ModuleOf(Type type, string root) =>
        type.Namespace is { } name && name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0] : null;

    private static string Short(Type type, string root) => type.FullName![(root.Length + 1)..];
}
