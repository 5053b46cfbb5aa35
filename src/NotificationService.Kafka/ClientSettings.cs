namespace NotificationService.Kafka;

/// <summary>The settings of librdkafka that the configuration brings, for either side.</summary>
internal static class ClientSettings
{
    /// <summary>A copy: whoever takes it writes its own into it.</summary>
    public static Dictionary<string, string> Of(KafkaOptions options) =>
        options.Client.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);
}
