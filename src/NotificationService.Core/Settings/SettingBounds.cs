using System.Globalization;
using System.Reflection;

namespace NotificationService.Settings;

/// <summary>Holds the values of options against their <see cref="BoundsAttribute"/>, and writes values as settings are written.</summary>
public static class SettingBounds
{
    /// <summary>A sentence for each value out of its bounds, with the setting's name as the environment has it.</summary>
    public static IEnumerable<string> Errors(string section, object options) =>
        from property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let bounds = property.GetCustomAttribute<BoundsAttribute>()
        where bounds is not null && !bounds.Allows(property.GetValue(options)!)
        select $"{section.Replace(":", "__", StringComparison.Ordinal)}__{property.Name} must be {bounds.Words(Text)}";

    /// <summary>As it stands in the environment: <c>00:00:00.5</c>, <c>90.00:00:00</c>, <c>5000</c>, <c>true</c>.</summary>
    public static string Text(object value) => value switch
    {
        TimeSpan time => time.Ticks % TimeSpan.TicksPerSecond == 0 ? time.ToString("c", CultureInfo.InvariantCulture) : time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
