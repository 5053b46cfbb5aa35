using System.Text;

namespace NotificationService.Host.Observability;

/// <summary>Writes families of metrics as Prometheus' text format. Two instruments of one name are one family.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var named in families.GroupBy(family => family.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var kind = named.First().Kind;
            text.Append("# HELP ").Append(named.Key).Append(' ').Append(PrometheusNames.Help(named.First().Help)).Append('\n');
            text.Append("# TYPE ").Append(named.Key).Append(' ').Append(Word(kind)).Append('\n');
            foreach (var family in named.Where(family => family.Kind == kind))
            {
                foreach (var series in family.Series)
                    Write(text, family, series);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        switch (series)
        {
            case SumSeries sum:
                Line(text, family.Name, series.Labels, sum.Value);
                break;
            case LastValueSeries { IsFresh: false } when family.IsObserved:
                break;
            case LastValueSeries last:
                Line(text, family.Name, series.Labels, last.Value);
                break;
            case HistogramSeries histogram:
                Write(text, family, histogram);
                break;
        }
    }

    private static void Write(StringBuilder text, MetricFamily family, HistogramSeries histogram)
    {
        var before = histogram.Labels.Length > 0 ? histogram.Labels + "," : "";
        long count = 0;
        for (var bucket = 0; bucket <= family.Bounds.Length; bucket++)
        {
            count += histogram.Count(bucket);
            var bound = bucket < family.Bounds.Length ? PrometheusNames.Number(family.Bounds[bucket]) : "+Inf";
            Line(text, $"{family.Name}_bucket", $"{before}le=\"{bound}\"", count);
        }

        Line(text, $"{family.Name}_sum", histogram.Labels, histogram.Sum);
        Line(text, $"{family.Name}_count", histogram.Labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(PrometheusNames.Number(value)).Append('\n');
    }

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
