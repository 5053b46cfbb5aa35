using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.ArchitectureTests.Documents;
using NotificationService.Channels;
using NotificationService.Host;
using NotificationService.Host.Configuration;

namespace NotificationService.ArchitectureTests;

/// <summary>What a type of provider says of its configuration is what it takes: a form that is drawn from it neither lacks a field nor has one that is refused.</summary>
public sealed class ProviderFieldTests : IAsyncLifetime
{
    private readonly WebApplication app = Build();

    private IReadOnlyList<IProviderType> Types => app.Services.GetRequiredService<ProviderTypes>().All;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public void Every_field_that_is_described_is_known_and_every_other_is_refused()
    {
        Types.Count.ShouldBeGreaterThan(7);
        foreach (var (type, channel) in Channels())
        {
            var (all, other) = (type.Fields(), new ProviderField("/settings/noSuchField", ProviderFieldKind.Text));
            all.Select(field => field.Pointer).ShouldBeUnique();
            type.Validate(Configuration(type, channel, all)).ShouldNotContain(error => error.Code == "unknown_property", type.Name);
            type.Validate(Configuration(type, channel, [.. all, other])).Where(error => error.Code == "unknown_property").Select(error => error.Pointer).ShouldBe([other.Pointer]);
        }
    }

    [Fact]
    public void Of_an_empty_configuration_exactly_what_is_required_is_missing()
    {
        foreach (var (type, channel) in Channels())
        {
            var missing = type.Validate(Configuration(type, channel, [])).Where(error => error.Code == "required").Select(error => error.Pointer).ToList();
            // A sender is an address with a name, of which the address is required. Twilio takes a number or a messaging service.
            var required = type.Fields().Where(field => field.IsRequired).Select(field => field.Kind == ProviderFieldKind.Email ? field.Pointer[..field.Pointer.LastIndexOf('/')] : field.Pointer);
            missing.Except(type.Name.StartsWith("twilio", StringComparison.Ordinal) ? ["/settings/from"] : []).Order(StringComparer.Ordinal).ShouldBe(required.Order(StringComparer.Ordinal), type.Name);
        }
    }

    [Fact]
    public void Numbers_and_choices_are_taken_within_what_is_described_and_refused_beyond()
    {
        foreach (var (type, channel) in Channels())
        {
            foreach (var field in type.Fields().Where(field => field.Kind == ProviderFieldKind.Number))
            {
                foreach (var (value, isTaken) in ((int, bool)[])[(field.Min!.Value, true), (field.Max!.Value, true), (field.Min.Value - 1, false), (field.Max.Value + 1, false), (int.Parse(field.Default!, CultureInfo.InvariantCulture), true)])
                    (type.Validate(Configuration(type, channel, [field], _ => value)).All(error => error.Pointer != field.Pointer) == isTaken).ShouldBeTrue($"{type.Name} {field.Pointer} {value}");
            }

            foreach (var field in type.Fields().Where(field => field.Kind == ProviderFieldKind.Choice))
            {
                field.Choices.ShouldContain(field.Default!);
                foreach (var (value, isTaken) in field.Choices.Select(choice => (choice, true)).Append(("none of them", false)))
                    (type.Validate(Configuration(type, channel, [field], _ => value)).All(error => error.Pointer != field.Pointer) == isTaken).ShouldBeTrue($"{type.Name} {field.Pointer} {value}");
            }
        }
    }

    [Fact]
    public void The_documents_name_every_field_of_every_type()
    {
        var text = Markdown.Read("docs/providers.md");

        foreach (var field in Types.SelectMany(type => type.Fields()))
            text.ShouldContain($"`{field.Pointer.Split('/')[2]}`");
    }

    private IEnumerable<(IProviderType Type, ChannelKind Channel)> Channels() => Types.SelectMany(type => type.Channels.Select(channel => (type, channel)));

    private static ProviderConfiguration Configuration(IProviderType type, ChannelKind channel, IReadOnlyList<ProviderField> fields, Func<ProviderField, JsonNode?>? value = null)
    {
        var (credentials, settings) = (new Dictionary<string, string>(), new JsonObject());
        foreach (var field in fields)
        {
            var path = field.Pointer.Split('/')[2..];
            if (field.IsSecret)
            {
                credentials[path[0]] = "a";
                continue;
            }

            var at = settings;
            foreach (var name in path[..^1])
                at = (JsonObject)(at[name] ??= new JsonObject());
            at[path[^1]] = value?.Invoke(field) ?? (field.Kind == ProviderFieldKind.Boolean ? false : field.Kind == ProviderFieldKind.Texts ? new JsonArray("a") : field.Default ?? "a");
        }

        return new ProviderConfiguration(Guid.NewGuid(), default, channel, type.Name, "A provider", credentials, System.Text.Json.JsonElement.Parse(settings.ToJsonString()));
    }

    /// <summary>Composed as for <c>serve</c>, never started.</summary>
    private static WebApplication Build()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Services.AddNotificationService(HostSettings.Read(builder.Configuration) with { ConnectionString = "Host=unused" }).AddApiRole();
        return builder.Build();
    }
}
