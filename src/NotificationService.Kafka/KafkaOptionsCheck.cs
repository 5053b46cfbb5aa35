using Microsoft.Extensions.Options;
using NotificationService.Settings;

namespace NotificationService.Kafka;

/// <summary>What is wrong with the settings stops the start, each in a sentence that names the setting.</summary>
internal sealed class KafkaOptionsCheck : IValidateOptions<KafkaOptions>
{
    private const int LongestTopic = 249;

    /// <summary>What the promises of this service rest on.</summary>
    private static readonly string[] NotYours =
    [
        "bootstrap.servers", "metadata.broker.list", "group.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "acks", "request.required.acks", "enable.idempotence",
        "message.timeout.ms", "delivery.timeout.ms", "plugin.library.paths", "transactional.id", "enable.gapless.guarantee",
    ];

    /// <summary>Those of the managed client: some of them keep what became of a record to themselves.</summary>
    private const string Managed = "dotnet.";

    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Errors(KafkaOptions options)
    {
        if (!options.IsOn)
        {
            if (options.InputTopics.Count > 0 || !string.IsNullOrEmpty(options.StatusTopic))
                yield return "Notification__Kafka__InputTopic or __StatusTopic is set and Notification__Kafka__BootstrapServers is not";
            yield break;
        }

        if (options.InputTopics.Count == 0 && string.IsNullOrEmpty(options.StatusTopic))
            yield return "Notification__Kafka__BootstrapServers is set, but neither __InputTopic nor __StatusTopic: there is nothing to do with Kafka";
        foreach (var error in Input(options).Concat(SettingBounds.Errors(KafkaOptions.Section, options)))
            yield return error;
        foreach (var topic in options.InputTopics.Append(options.DeadLetterTopic).Append(options.StatusTopic))
        {
            if (!string.IsNullOrEmpty(topic) && !IsTopic(topic))
                yield return $"'{topic}' is no name of a topic: 1 to {LongestTopic} letters, digits, dots, hyphens and underscores";
        }

        var forbidden = options.Client.Keys.Where(key => NotYours.Contains(key, StringComparer.OrdinalIgnoreCase) || key.StartsWith(Managed, StringComparison.OrdinalIgnoreCase)).ToList();
        foreach (var client in forbidden)
            yield return $"Notification__Kafka__Client__{client} cannot be set: the service sets it itself, or rests on it";
        if (LibrdkafkaLibrary.Find(options.LibraryPath) is { } missing)
            yield return missing;
        else if (forbidden.Count == 0 && KafkaClients.Wrong(options) is { } wrong)
            yield return $"Notification__Kafka__Client or __BootstrapServers: librdkafka does not take the settings: {wrong}";
    }

    private static IEnumerable<string> Input(KafkaOptions options)
    {
        if (options.InputTopics.Count > 0 && string.IsNullOrEmpty(options.DeadLetterTopic))
            yield return "Notification__Kafka__InputTopic is set, but not __DeadLetterTopic: what cannot be taken has to go somewhere";
        if (options.InputTopics.Contains(options.DeadLetterTopic) || options.InputTopics.Contains(options.StatusTopic))
            yield return "Notification__Kafka__DeadLetterTopic and __StatusTopic cannot be among the topics that are read";
        foreach (var name in options.InputTopics)
        {
            var topics = options.Topics.Where(topic => topic.Name == name).ToList();
            if (topics is not [{ Tenant.Length: > 0 } only])
                yield return $"the topic '{name}' of Notification__Kafka__InputTopic needs one entry Notification__Kafka__Topics__<n>__Name={name} with its __Tenant";
            else if (only.Mode is not ("live" or "test"))
                yield return $"Notification__Kafka__Topics__<n>__Mode of '{name}' is live or test";
            else if (Scopes(only).Except([Tenants.Scopes.Send, Tenants.Scopes.PublishEvents]).FirstOrDefault() is { } unknown)
                yield return $"'{unknown}' is no scope that the topic '{name}' can have: {Tenants.Scopes.Send}, {Tenants.Scopes.PublishEvents}";
        }

        foreach (var topic in options.Topics.Where(topic => !options.InputTopics.Contains(topic.Name)))
            yield return $"Notification__Kafka__Topics names '{topic.Name}', which is not in Notification__Kafka__InputTopic";
    }

    internal static IEnumerable<string> Scopes(KafkaTopicOptions topic) => topic.Scopes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsTopic(string name) =>
        name.Length is >= 1 and <= LongestTopic && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
