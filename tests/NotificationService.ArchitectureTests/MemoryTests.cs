using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
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
        typeof(IDictionary<,>), typeof(ICollection<>), typeof(IList<>), typeof(ISet<>), typeof(IProducerConsumerCollection<>),
    ];

    /// <summary>None of these grows, and neither does an array, but a field that is not read only may be given a larger one each time, as <c>before.Append(one).ToFrozenSet()</c>.</summary>
    private static readonly HashSet<Type> Replaceable =
    [
        typeof(FrozenSet<>), typeof(FrozenDictionary<,>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableDictionary<,>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedDictionary<,>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>), typeof(ImmutableStack<>),
        typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>), typeof(IReadOnlyDictionary<,>), typeof(IReadOnlySet<>), typeof(IEnumerable<>), typeof(ILookup<,>),
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
        FieldsOf([typeof(PlantedCache)]).Select(field => field.Name).ShouldBe(
            ((string[])["Shared", "Waiting", "seen", "byInterface", "frozen", "immutable", "slots", "replaced"]).Select(name => $"MemoryTests.PlantedCache.{name}"), ignoreOrder: true);

    private static IEnumerable<(string Type, string Name)> FieldsOf(IEnumerable<Type> types) =>
        from type in types
        where !IsRecord(type)
        from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where IsGrowing(field)
        let name = NameOf(type)
        select (name, $"{name}.{FieldName(field)}");

    private static bool IsGrowing(FieldInfo field)
    {
        var definition = field.FieldType.IsGenericType ? field.FieldType.GetGenericTypeDefinition() : null;
        return (definition is not null && Growing.Contains(definition))
            || (!field.IsInitOnly && (field.FieldType.IsArray || (definition is not null && Replaceable.Contains(definition))));
    }

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

        private static readonly string[] Fixed = ["a", "b"];

        private readonly HashSet<string> seen = [];
#pragma warning disable CA1859 // a field by an interface is what is planted
        private readonly IDictionary<string, int> byInterface = new Dictionary<string, int>(StringComparer.Ordinal);
#pragma warning restore CA1859
        private readonly FrozenSet<string> once = FrozenSet<string>.Empty;
        private FrozenSet<string> frozen = FrozenSet<string>.Empty;
        private ImmutableArray<string> immutable = [];
        private string[] slots = [];
        private volatile IReadOnlyList<string> replaced = [];

        public Queue<int> Waiting { get; } = new();

        public bool See(string name)
        {
            byInterface[name] = Fixed.Length + once.Count;
            (frozen, immutable, slots, replaced) = (frozen.Append(name).ToFrozenSet(), immutable.Add(name), [.. slots, name], [.. replaced, name]);
            return seen.Add(name);
        }
    }
}
