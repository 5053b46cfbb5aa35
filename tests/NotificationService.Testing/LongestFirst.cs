using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace NotificationService.Testing;

/// <summary>
/// The test classes and collections of an assembly that take longest, which are begun first: one that is begun last is waited for while nothing
/// else runs. Every other class is begun after them.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LongestFirstAttribute(params string[] names) : Attribute, ITestCollectionOrdererAttribute
{
    public IReadOnlyList<string> Names => names;

    public Type OrdererType => typeof(LongestFirst);
}

/// <summary>See <see cref="LongestFirstAttribute"/>.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        var assembly = testCollections.OfType<IXunitTestCollection>().FirstOrDefault()?.TestAssembly.Assembly;
        var names = assembly?.GetCustomAttribute<LongestFirstAttribute>()?.Names.ToList() ?? [];
        return [.. testCollections.OrderBy(collection => PlaceOf(collection.TestCollectionDisplayName, names))];
    }

    /// <summary>A class that names no collection is one of its own, which is displayed as "Test collection for Namespace.Class (id: ...)".</summary>
    private static int PlaceOf(string displayName, List<string> names) =>
        names.FindIndex(name => displayName == name || displayName.Contains($".{name} (", StringComparison.Ordinal)) is var place and >= 0 ? place : names.Count;
}
