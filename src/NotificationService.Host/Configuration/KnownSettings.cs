using System.ComponentModel;
using System.Reflection;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Deliveries;
using NotificationService.Host.Auth.Outside;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Observability;
using NotificationService.Inbox;
using NotificationService.Kafka;
using NotificationService.Providers;
using NotificationService.RateLimits;
using NotificationService.Realtime;
using NotificationService.Recipients.UserService;
using NotificationService.Tenants;
using NotificationService.Users;
using NotificationService.Webhooks;

namespace NotificationService.Host.Configuration;

/// <summary>Every setting there is below <c>Notification</c>. A name that is not here is a typing mistake, and the service says so instead of doing without it.</summary>
public static class KnownSettings
{
    private const string Root = "Notification";

    private static readonly string[] Names =
    [
        "Notification:Roles",
        "Notification:MasterKeys",
        "Notification:Seed",
        "Notification:AllowPrivateEndpoints",
        "Notification:PublicUrl",
        ManagementPort.Setting,
        TrustedProxies.Setting,
        "Notification:Bootstrap:PlatformAdminEmail",
        "Notification:Bootstrap:PlatformAdminPassword",
    ];

    /// <summary>Sections that a module binds whole; their settings are the properties of the type.</summary>
    private static readonly (string Section, Type Options)[] Sections =
    [
        (StartupOptions.Section, typeof(StartupOptions)),
        (BodyOptions.Section, typeof(BodyOptions)),
        (ConnectionOptions.Section, typeof(ConnectionOptions)),
        (RequestLogOptions.Section, typeof(RequestLogOptions)),
        (RateLimitOptions.Section, typeof(RateLimitOptions)),
        (ProviderOptions.Section, typeof(ProviderOptions)),
        (DeliveryOptions.Section, typeof(DeliveryOptions)),
        (BatchOptions.Section, typeof(BatchOptions)),
        (BulkOptions.Section, typeof(BulkOptions)),
        (WebhookOptions.Section, typeof(WebhookOptions)),
        (KafkaOptions.Section, typeof(KafkaOptions)),
        (UserServiceOptions.Section, typeof(UserServiceOptions)),
        (RetentionOptions.Section, typeof(RetentionOptions)),
        (InboxOptions.Section, typeof(InboxOptions)),
        (RealtimeOptions.Section, typeof(RealtimeOptions)),
        (OidcOptions.Section, typeof(OidcOptions)),
        (UserOptions.Section, typeof(UserOptions)),
    ];

    /// <summary>All of them, as in the configuration.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Names, .. Sections.SelectMany(section => Below(section.Section, section.Options)).Select(setting => setting.Name)];

    private static readonly Dictionary<string, Type> Types = Sections.SelectMany(section => Below(section.Section, section.Options))
        .ToDictionary(setting => setting.Name, setting => setting.Type, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="StartupException">A setting below <c>Notification</c> is none of <see cref="All"/>, or no value of its type.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var (name, value) in configuration.GetSection(Root).AsEnumerable())
        {
            if (value is null)
                continue;
            if (All.Any(known => Matches(known, name)))
            {
                if (Types.TryGetValue(name, out var type) && !IsOf(type, value))
                    throw new StartupException($"{InEnvironment(name)} is '{value}', which is no {type.Name}");
                continue;
            }

            var nearest = All.MinBy(known => Distance(known.ToUpperInvariant(), name.ToUpperInvariant()))!;
            throw new StartupException($"there is no setting {InEnvironment(name)}; the nearest is {InEnvironment(nearest)}");
        }
    }

    private static string InEnvironment(string name) => name.Replace(":", "__");

    /// <summary>A name that ends in <c>:*</c> is a list or a dictionary.</summary>
    private static bool Matches(string known, string name) => known.EndsWith(":*", StringComparison.Ordinal)
        ? name.StartsWith(known[..^1], StringComparison.OrdinalIgnoreCase)
        : known.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, Type Type)> Below(string section, Type options)
    {
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var name = $"{section}:{property.Name}";
            if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(decimal))
                yield return (name, type);
            else if (typeof(System.Collections.IEnumerable).IsAssignableFrom(type))
                yield return (name + ":*", type);
            else
                foreach (var inner in Below(name, type))
                    yield return inner;
        }
    }

    private static bool IsOf(Type type, string value)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Levenshtein's: how many letters to change, add or leave out.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
