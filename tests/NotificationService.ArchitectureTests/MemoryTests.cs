using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using NotificationService.Host.Commands;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>Every collection that a long-lived type holds stands in docs/memory.md with what bounds it: one line per field.</summary>
public sealed class MemoryTests
{
    private static readonly HashSet<Type> Growing =
    [
        typeof(Dictionary<,>), typeof(HashSet<>), typeof(List<>), typeof(Queue<>), typeof(Stack<>), typeof(LinkedList<>), typeof(PriorityQueue<,>),
        typeof(SortedDictionary<,>), typeof(SortedSet<>), typeof(SortedList<,>), typeof(ConcurrentDictionary<,>), typeof(ConcurrentQueue<>),
        typeof(ConcurrentBag<>), typeof(ConcurrentStack<>), typeof(BlockingCollection<>), typeof(Channel<>), typeof(Channel<,>), typeof(ConditionalWeakTable<,>),
    ];

    private static readonly IReadOnlyList<Type> Types =
    [
        .. ((Assembly[])[typeof(Database).Assembly, typeof(CommandLine).Assembly, Assembly.Load("NotificationService.Providers"), Assembly.Load("NotificationService.Kafka")])
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Namespace?.StartsWith("NotificationService", StringComparison.Ordinal) == true && !type.Name.Contains('<')),
    ];

    [Fact]
    public void Every_collection_that_outlives_a_request_is_listed_with_its_bound()
    {
        var (fields, shortLived) = Listed();

        FieldsOf(Types).Where(field => !shortLived.Contains(field.Type) && !fields.Contains(field.Name)).Select(field => field.Name)
            .ShouldBeEmpty("list these in docs/memory.md: what bounds each, or that its type does not outlive a request, a batch or a statement");
    }

    [Fact]
    public void Nothing_is_listed_that_is_not_there()
    {
        var (fields, shortLived) = Listed();
        var there = FieldsOf(Types).ToList();

        fields.Except(there.Select(field => field.Name)).Concat(shortLived.Except(there.Select(field => field.Type))).ShouldBeEmpty("take these out of docs/memory.md");
    }

    [Fact]
    public void A_planted_collection_is_found() =>
        FieldsOf([typeof(PlantedCache)]).Select(field => field.Name).ShouldBe(["MemoryTests.PlantedCache.Shared", "MemoryTests.PlantedCache.Waiting", "MemoryTests.PlantedCache.seen"], ignoreOrder: true);

    private static IEnumerable<(string Type, string Name)> FieldsOf(IEnumerable<Type> types) =>
        from type in types
        where !IsRecord(type)
        from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where field.FieldType.IsGenericType && Growing.Contains(field.FieldType.GetGenericTypeDefinition())
        let name = NameOf(type)
        select (name, $"{name}.{FieldName(field)}");

    /// <summary>Rows of both tables: <c>| `Type.field` | … |</c> for a field, <c>| `Type` | … |</c> for a type that is gone with what it works on.</summary>
    private static (HashSet<string> Fields, HashSet<string> ShortLived) Listed()
    {
        var (fields, types) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        HashSet<string>? into = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "memory.md")))
        {
            if (line.StartsWith("| field |", StringComparison.Ordinal))
                into = fields;
            else if (line.StartsWith("| type |", StringComparison.Ordinal))
                into = types;
            else if (!line.StartsWith('|'))
                into = null;
            else if (line.StartsWith("| `", StringComparison.Ordinal))
                into?.Add(line.Split('`')[1]);
        }

        return (fields, types);
    }

    private static string NameOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        return type.DeclaringType is { } outer ? $"{NameOf(outer)}.{name}" : name;
    }

    /// <summary>A property's or a parameter's name where the compiler made the field of it.</summary>
    private static string FieldName(FieldInfo field) => field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    /// <summary>A record is a message: it comes and goes.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance) is not null;

    private sealed class PlantedCache
    {
        public static readonly ConcurrentDictionary<string, int> Shared = new();

        private readonly HashSet<string> seen = [];

        public Queue<int> Waiting { get; } = new();

        public bool See(string name) => seen.Add(name);
    }
}
