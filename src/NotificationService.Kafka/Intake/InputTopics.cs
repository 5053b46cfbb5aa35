using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Intake;

/// <summary>Whose the topics are. Who may write to one speaks for its tenant, with its scopes.</summary>
internal sealed class InputTopics(SignInLookup lookup, KafkaOptions options)
{
    private FrozenDictionary<string, Caller> callers = FrozenDictionary<string, Caller>.Empty;

    public IReadOnlyList<string> Names => options.InputTopics;

    public Caller CallerOf(string topic) => callers[topic];

    /// <summary>Finds the tenants.</summary>
    /// <exception cref="OptionsValidationException">There is none of that name.</exception>
    public async Task FindTenantsAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Caller>(StringComparer.Ordinal);
        foreach (var topic in options.Topics)
        {
            if (await lookup.TenantNamedAsync(topic.Tenant ?? "", cancellationToken) is not { } tenant)
                throw new OptionsValidationException(KafkaOptions.Section, typeof(KafkaOptions), [$"there is no tenant '{topic.Tenant}', whose the topic '{topic.Name}' is to be (Notification__Kafka__Topics__<n>__Tenant)"]);
            found[topic.Name] = new Caller(
                tenant, CallerKind.ServiceAccount, Account(topic.Name), null, topic.Mode == "live", Scopes.Of(KafkaOptionsCheck.Scopes(topic)), new HashSet<string>());
        }

        callers = found.ToFrozenDictionary();
    }

    /// <summary>A topic has no account: it goes by an id made of its name.</summary>
    private static Guid Account(string topic) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"kafka topic {topic}")).AsSpan(0, 16), bigEndian: true);
}
