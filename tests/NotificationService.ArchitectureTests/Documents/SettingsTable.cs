using System.Globalization;
using System.Reflection;
using NotificationService.Host.Commands;
using NotificationService.Settings;
using NotificationService.Storage;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>The tables of docs/settings.md: defaults and bounds are made from the options, the meaning is written by hand.</summary>
internal static class SettingsTable
{
    /// <summary>Plain values of every type that a section is bound to.</summary>
    public static IReadOnlyList<Setting> Settings { get; } =
    [
        .. from assembly in (Assembly[])[typeof(Database).Assembly, typeof(CommandLine).Assembly, Assembly.Load("NotificationService.Providers"), Assembly.Load("NotificationService.Kafka")]
           from type in assembly.GetTypes()
           let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
           where section is { IsLiteral: true } && type is { IsAbstract: false }
           let options = Activator.CreateInstance(type, nonPublic: true)
           from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
           let plain = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
           where property.CanWrite && (plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(TimeSpan) || plain == typeof(Uri))
           select new Setting($"{section!.GetRawConstantValue()}:{property.Name}", plain, property.GetValue(options), property.GetCustomAttribute<BoundsAttribute>()),
    ];

    private static readonly Dictionary<string, Setting> ByRow = Settings.ToDictionary(setting => $"`{setting.Name.Replace(":", "__", StringComparison.Ordinal)}`", StringComparer.Ordinal);

    /// <summary>The document with the defaults and bounds of the code. Where the code has no default the words stay.</summary>
    public static string Regenerated(string document) => string.Join('\n', document.Split('\n').Select(Line));

    private static string Line(string line)
    {
        var cells = line.Split('|');
        if (cells.Length != 6 || !ByRow.TryGetValue(cells[1].Trim(), out var setting))
            return line;
        if (setting.Default is { } value)
            cells[2] = $" `{SettingBounds.Text(value)}` ";
        cells[3] = setting.Bounds is { } bounds ? $" {bounds.Words(Written)} " : " ";
        return string.Join('|', cells);
    }

    private static string Written(object bound) => bound is TimeSpan ? $"`{SettingBounds.Text(bound)}`" : Convert.ToInt64(bound, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture);
}

/// <param name="Name">As in the configuration, <c>Notification:Delivery:Lease</c>.</param>
/// <param name="Type">Of its value.</param>
/// <param name="Default">Null: none in the code.</param>
/// <param name="Bounds">Null: none.</param>
internal sealed record Setting(string Name, Type Type, object? Default, BoundsAttribute? Bounds);
