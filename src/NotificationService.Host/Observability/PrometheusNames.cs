using System.Text;

namespace NotificationService.Host.Observability;

/// <summary>How names, labels and values are written in Prometheus' text format.</summary>
internal static class PrometheusNames
{
    /// <summary><c>http.server.request.duration</c> in <c>s</c> → <c>http_server_request_duration_seconds</c>; a name that is already right stays.</summary>
    public static string Metric(string name, string? unit, MetricKind kind)
    {
        var text = Identifier(name);
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        var total = kind == MetricKind.Counter ? "_total" : "";
        if (total.Length > 0 && text.EndsWith(total, StringComparison.Ordinal))
            text = text[..^total.Length];
        if (!text.EndsWith(suffix, StringComparison.Ordinal))
            text += suffix;
        return text + total;
    }

    /// <summary>Labels sorted by name, so that the order in which a caller gave its tags does not matter.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
            sorted[Identifier(key)] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        return string.Join(',', sorted.Select(label => $"{label.Key}=\"{LabelValue(label.Value)}\""));
    }

    public static string Help(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
    };

    private static string LabelValue(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return char.IsAsciiDigit(name[0]) ? text.Insert(0, '_').ToString() : text.ToString();
    }
}
