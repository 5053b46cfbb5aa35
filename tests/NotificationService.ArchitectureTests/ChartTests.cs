using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What can be checked of the Helm chart without Helm.</summary>
public sealed partial class ChartTests
{
    private static readonly string Chart = Path.Combine(Repository.Root, "charts", "notification-service");

    [Fact]
    public void Every_value_that_a_template_names_has_a_default()
    {
        var values = ValuePaths(File.ReadLines(Path.Combine(Chart, "values.yaml"))).ToHashSet(StringComparer.Ordinal);
        var named = Directory.GetFiles(Path.Combine(Chart, "templates")).SelectMany(file => Value().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();

        named.ShouldNotBeEmpty();
        named.Where(name => !values.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_named_template_that_is_included_is_defined()
    {
        var text = string.Join('\n', Directory.GetFiles(Path.Combine(Chart, "templates")).Select(File.ReadAllText));
        var defined = Define().Matches(text).Select(match => match.Groups[1].Value).ToList();

        Include().Matches(text).Select(match => match.Groups[1].Value).Distinct().ShouldBe(defined, ignoreOrder: true);
    }

    [Fact]
    public void Every_setting_in_the_chart_is_a_setting_of_the_service()
    {
        var text = string.Join('\n', Directory.GetFiles(Chart, "*", SearchOption.AllDirectories).Concat(Directory.GetFiles(Repository.Root, "docker-compose*.yml")).Select(File.ReadAllText));

        Setting().Matches(text).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct()
            .Where(name => !Host.Configuration.KnownSettings.All.Contains(name) && !Host.Configuration.KnownSettings.All.Contains($"{name}*")).ShouldBeEmpty();
    }

    [Fact]
    public void Every_pod_has_the_default_seccomp_profile_and_no_token_of_Kubernetes()
    {
        var pods = Directory.GetFiles(Path.Combine(Chart, "templates"), "*.yaml").Where(file => File.ReadAllText(file).Contains("containers:", StringComparison.Ordinal)).ToList();

        pods.Count.ShouldBe(3);
        foreach (var text in pods.Select(File.ReadAllText))
        {
            text.ShouldContain("{{- include \"notification-service.pod\" . | nindent 6 }}");
            text.ShouldContain("{{- include \"notification-service.security\" . | nindent 12 }}");
        }

        var pod = Defined("notification-service.pod");
        pod.ShouldContain("automountServiceAccountToken: false");
        pod.ShouldContain("seccompProfile:\n    type: RuntimeDefault");
    }

    [Fact]
    public void Beside_the_heap_a_container_has_what_the_process_was_seen_to_need()
    {
        var percent = Convert.ToInt32(HeapPercent().Match(File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"))).Groups[1].Value, 16);
        var limits = MemoryLimit().Matches(File.ReadAllText(Path.Combine(Chart, "values.yaml"))).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();

        // The migration's is the smallest: it serves nobody.
        limits.Count.ShouldBe(3);
        limits.Order().Skip(1).ShouldAllBe(limit => limit * (100 - percent) / 100 >= 256);
    }

    [Fact]
    public void Only_the_migration_job_has_the_login_that_owns_the_schema()
    {
        Defined("notification-service.migration-environment").ShouldContain(".Values.migration.existingSecret");
        Defined("notification-service.environment").ShouldNotContain(".Values.migration");
        File.ReadAllText(Path.Combine(Chart, "templates", "migration-job.yaml")).ShouldNotContain("include \"notification-service.environment\"");
        foreach (var deployment in Directory.GetFiles(Path.Combine(Chart, "templates"), "deployment-*.yaml").Select(File.ReadAllText))
            deployment.ShouldNotContain("migration");
    }

    [Theory]
    [InlineData("Notification__MasterKeys")]
    [InlineData("Notification__Bootstrap__PlatformAdminPassword")]
    [InlineData("Notification__UserService__Token")]
    [InlineData("ConnectionStrings__NotificationDatabase")]
    [InlineData("Notification__Kafka__Client__sasl.password")]
    [InlineData("Notification__Kafka__Client__ssl.key.pem")]
    [InlineData("Notification__Kafka__Client__ssl.key.password")]
    [InlineData("Notification__Kafka__Client__sasl.oauthbearer.client.secret")]
    [InlineData("Notification__Kafka__Client__sasl.oauthbearer.config")]
    [InlineData("Notification__Kafka__Client__sasl.oauthbearer.assertion.private.key.passphrase")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_HEADERS")]
    [InlineData("ASPNETCORE_Kestrel__Certificates__Default__Password")]
    public void A_setting_that_is_a_secret_is_refused_as_text(string name)
    {
        var refused = Refused("$name");

        Regex.IsMatch(name, refused).ShouldBeTrue();
        // And what is no secret is not.
        string[] others =
        [
            .. Host.Configuration.KnownSettings.All.Except(Secrets).Select(setting => setting.Replace(":", "__", StringComparison.Ordinal)),
            "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "DOTNET_GCHeapHardLimit", "Logging__LogLevel__Default",
            "Notification__Kafka__Client__sasl.username", "Notification__Kafka__Client__sasl.mechanism", "Notification__Kafka__Client__security.protocol",
        ];
        others.Where(other => Regex.IsMatch(other, refused)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("authorization=Bearer abc.def.ghi")]
    [InlineData("x-team=a,api-key=0123456789abcdef")]
    [InlineData("Basic bm90aWZpY2F0aW9uOnNlY3JldA==")]
    [InlineData("https://reader:letmein@example.com/users")]
    [InlineData("Host=db;Username=notification;Password=letmein")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE")]
    [InlineData("https://example.com/users?api-version=1&sig=0123456789abcdef")]
    public void A_value_that_holds_a_secret_is_refused_whatever_its_setting_is_called(string value)
    {
        var refused = Refused("(toString $value)");

        Regex.IsMatch(value, refused).ShouldBeTrue();
        string[] others =
        [
            "60", "true", "00:00:30", "90.00:00:00", "https://notifications.example.com:8443/", "kafka-1:9092,kafka-2:9092", "SASL_SSL", "http/protobuf",
            "service.name=notification-service,deployment.environment=production", "basic", "Information", "eu@example.com", "+44",
        ];
        others.Where(other => Regex.IsMatch(other, refused)).ShouldBeEmpty();
    }

    [Fact]
    public void Secrets_come_by_reference_and_metrics_have_a_port_that_the_service_does_not_publish()
    {
        var environment = Defined("notification-service.environment");
        environment.Split("secretKeyRef").Length.ShouldBe(4, "the database, the master keys, and those of secretSettings");
        environment.ShouldContain("- name: Notification__ManagementPort\n  value: \"8081\"");
        File.ReadAllText(Path.Combine(Chart, "templates", "service.yaml")).ShouldNotContain("management");
        foreach (var deployment in Directory.GetFiles(Path.Combine(Chart, "templates"), "deployment-*.yaml").Select(File.ReadAllText))
        {
            deployment.ShouldContain("- name: management\n              containerPort: 8081");
            deployment.ShouldContain("path: /health/ready, port: management");
        }
    }

    private static readonly string[] Secrets = ["Notification:MasterKeys", "Notification:Bootstrap:PlatformAdminPassword", "Notification:UserService:Token"];

    /// <summary>The pattern of what the chart refuses among its settings, in what both kinds of regular expression understand alike.</summary>
    private static string Refused(string what) => Refusal().Matches(Defined("notification-service.environment")).Single(match => match.Groups[2].Value == what).Groups[1].Value;

    /// <summary>What a named template says.</summary>
    private static string Defined(string name)
    {
        var text = File.ReadAllText(Path.Combine(Chart, "templates", "_helpers.tpl"));
        var from = text.IndexOf($"define \"{name}\"", StringComparison.Ordinal);
        from.ShouldBeGreaterThan(0, name);
        var next = text.IndexOf("{{- define", from, StringComparison.Ordinal);
        return text[from..(next < 0 ? text.Length : next)];
    }

    /// <summary>Paths of keys such as api.resources, from YAML whose nesting is its indentation by two.</summary>
    private static IEnumerable<string> ValuePaths(IEnumerable<string> lines)
    {
        var path = new List<string>();
        foreach (var key in lines.Select(line => Key().Match(line)).Where(match => match.Success))
        {
            path.RemoveRange(key.Groups[1].Length / 2, path.Count - (key.Groups[1].Length / 2));
            path.Add(key.Groups[2].Value);
            yield return string.Join('.', path);
        }
    }

    [GeneratedRegex(@"\.Values\.([A-Za-z.]+)")]
    private static partial Regex Value();

    [GeneratedRegex("regexMatch \"([^\"]+)\" ([^}]+) }}")]
    private static partial Regex Refusal();

    [GeneratedRegex("DOTNET_GCHeapHardLimitPercent=0x([0-9A-Fa-f]+)")]
    private static partial Regex HeapPercent();

    [GeneratedRegex(@"limits: \{ memory: (\d+)Mi \}")]
    private static partial Regex MemoryLimit();

    [GeneratedRegex("define \"([^\"]+)\"")]
    private static partial Regex Define();

    [GeneratedRegex("include \"([^\"]+)\"")]
    private static partial Regex Include();

    [GeneratedRegex(@"Notification__[A-Za-z_]+")]
    private static partial Regex Setting();

    [GeneratedRegex("^( *)([A-Za-z]+):")]
    private static partial Regex Key();
}
