using System.Reflection;
using System.Runtime.CompilerServices;
using NotificationService.Host.Commands;
using NotificationService.Storage;

namespace NotificationService.ArchitectureTests;

/// <summary>What every type of the product keeps to.</summary>
public sealed class TypeTests
{
    /// <summary>The provider port, which vendors implement.</summary>
    private static readonly string[] Ports = ["IProvider", "IReceiptSource", "IProviderType", "IRequestReader", "IEventSink"];

    private static readonly IReadOnlyList<Type> Types =
    [
        .. ((Assembly[])[typeof(Database).Assembly, typeof(CommandLine).Assembly, Assembly.Load("NotificationService.Providers"), Assembly.Load("NotificationService.Kafka")])
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Namespace?.StartsWith("NotificationService", StringComparison.Ordinal) == true && !IsGenerated(type)),
    ];

    [Fact]
    public void Classes_are_sealed()
    {
        // Static classes are abstract and sealed at once; an abstract record with private constructor is a closed set.
        var open = Types.Where(type => type is { IsClass: true, IsAbstract: false, IsSealed: false }).ToList();
        var all = Types.Count(type => type is { IsClass: true, IsAbstract: false });

        open.Count.ShouldBeLessThanOrEqualTo(all / 20, string.Join(", ", open));
    }

    [Fact]
    public void An_interface_has_earned_its_place_by_a_second_implementation() =>
        Types.Where(type => type.IsInterface && !Ports.Contains(type.Name))
            .Where(type => Types.Count(candidate => candidate.IsClass && type.IsAssignableFrom(candidate)) < 2)
            .Select(type => type.FullName)
            .ShouldBeEmpty();

    [Fact]
    public void What_can_be_awaited_is_named_so() =>
        Methods().Where(method => IsTask(method.ReturnType) && !method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => $"{method.DeclaringType}.{method.Name}")
            .ShouldBeEmpty();

    [Fact]
    public void What_can_be_awaited_can_be_cancelled() =>
        Methods().Where(method => IsTask(method.ReturnType) && method.IsPublic && method.DeclaringType!.IsPublic && method.Name != "DisposeAsync")
            .Where(method => method.GetParameters().All(parameter => parameter.ParameterType != typeof(CancellationToken) && parameter.ParameterType.Name is not ("HttpContext" or "String[]")))
            .Select(method => $"{method.DeclaringType}.{method.Name}")
            .ShouldBeEmpty();

    private static IEnumerable<MethodInfo> Methods() =>
        Types.Where(type => !typeof(Delegate).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && !method.Name.Contains('<') && !method.Name.Contains('.') && method.GetBaseDefinition() == method);

    private static bool IsTask(Type type) => typeof(Task).IsAssignableFrom(type)
        || type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    private static bool IsGenerated(Type type) => type.Name.Contains('<') || type.IsDefined(typeof(CompilerGeneratedAttribute))
        || (type.DeclaringType is { } outer && IsGenerated(outer))
        || type.GetCustomAttributes().Any(attribute => attribute.GetType().Name == "GeneratedCodeAttribute");
}
