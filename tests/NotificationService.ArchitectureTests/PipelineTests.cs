using System.Reflection;
using System.Text.RegularExpressions;
using NotificationService.Deliveries;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>Sending is a path that one reads from the top to the bottom of one file: numbered stages, and nothing that is called back.</summary>
public sealed partial class PipelineTests
{
    private static readonly string[] Stages = ["Claim", "Prepare", "Admit", "Start", "Call", "Complete"];

    [Fact]
    public void The_stages_stand_in_one_file_in_their_order_and_each_says_what_a_crash_leaves()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src", "NotificationService.Core", "Deliveries", "DeliveryPipeline.cs"));

        StageNote().Matches(text).Select(match => $"{match.Groups["number"].Value} {match.Groups["name"].Value}")
            .ShouldBe(Stages.Select((stage, index) => $"{index + 1} {stage}"));
    }

    [Fact]
    public void Nothing_on_the_path_is_given_a_function_to_call()
    {
        var path = WhatIsHeldBy(typeof(DeliveryStore).Assembly.GetType("NotificationService.Deliveries.DeliveryWorker", throwOnError: true)!);

        path.Select(type => type.Name).ShouldContain("SendCapacity");
        path.Count.ShouldBeGreaterThan(15);
        path.SelectMany(Delegates).ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_callback_is_found() => Delegates(typeof(Planted)).ShouldBe(["Planted.freed", "Planted..ctor(freed)", "Planted.Run(call)"], ignoreOrder: true);

    /// <summary>Fields, and parameters of constructors and methods, that are delegates.</summary>
    private static IEnumerable<string> Delegates(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var fields = type.GetFields(Own).Where(field => IsDelegate(field.FieldType) && !IsCompilers(field.Name)).Select(field => $"{type.Name}.{field.Name}");
        var parameters = type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)).Where(method => !IsCompilers(method.Name))
            .SelectMany(method => method.GetParameters().Where(parameter => IsDelegate(parameter.ParameterType)).Select(parameter => $"{type.Name}.{method.Name}({parameter.Name})"));
        return fields.Concat(parameters);
    }

    /// <summary>A type of the folder, and those of the folder that it keeps in fields, and so on.</summary>
    private static HashSet<Type> WhatIsHeldBy(Type first)
    {
        var (found, open) = (new HashSet<Type> { first }, new Queue<Type>([first]));
        while (open.TryDequeue(out var type))
        {
            var held = type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static).SelectMany(field => field.FieldType.GetGenericArguments().Append(field.FieldType));
            foreach (var next in held.Where(next => next.IsClass && next.Namespace == first.Namespace && !IsCompilers(next.Name) && !IsDelegate(next)).Where(found.Add))
                open.Enqueue(next);
        }

        return found;
    }

    private static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);

    private static bool IsCompilers(string name) => name.Contains('<');

    [GeneratedRegex("""///\s(?<number>\d)\.\s(?<name>[A-Z][a-z]+)[^\n]*\n(?:\s*///(?!\s\d\.)[^\n]*\n)*?\s*///\sDies here:""")]
    private static partial Regex StageNote();

    private sealed class Planted(Action freed)
    {
        private readonly Action freed = freed;

        public void Run(Func<Task> call)
        {
            freed();
            _ = call();
        }
    }
}
