using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;

namespace NotificationService.Templates.Fragments;

/// <summary>The layouts and partials that a text needs, and those that these need, as they are at one moment.</summary>
internal sealed class FragmentSet
{
    private readonly Dictionary<(FragmentKind, string), LoadedFragment> loaded = [];

    public static FragmentSet Of(IEnumerable<LoadedFragment> fragments)
    {
        var set = new FragmentSet();
        foreach (var fragment in fragments)
            set.loaded[(fragment.Kind, fragment.Key)] = fragment;
        return set;
    }

    /// <summary>Why they are too many or too long to be made into one; null where they are not.</summary>
    public string? Excess { get; private init; }

    /// <summary>Each as it includes, by what it names: known also where the contents were not read.</summary>
    public IReadOnlyDictionary<(FragmentKind, string), IReadOnlyList<string>> Includes { get; private init; } = new Dictionary<(FragmentKind, string), IReadOnlyList<string>>();

    public LoadedFragment? Find(FragmentKind kind, string key) => loaded.GetValueOrDefault((kind, key));

    /// <summary>What is not there is not in the set. Sizes are looked at before contents are read, so that no save costs more than a bound.</summary>
    public static async Task<FragmentSet> LoadAsync(
        NotificationDbContext db, string? layout, IEnumerable<string> partials, CancellationToken cancellationToken, IReadOnlyList<LoadedFragment>? assumed = null)
    {
        var given = (assumed ?? []).ToDictionary(each => (each.Kind, each.Key));
        var heads = new Dictionary<(FragmentKind, string), FragmentHead>();
        var wanted = partials.Select(key => (FragmentKind.Partial, key)).ToHashSet();
        if (layout is not null)
            wanted.Add((FragmentKind.Layout, layout));
        for (var next = wanted.ToList(); next.Count > 0;)
        {
            if (wanted.Count > FragmentLimits.OfVersion)
                return new FragmentSet { Excess = $"a template is made of at most {FragmentLimits.OfVersion} layouts and partials", Includes = Named(heads) };
            var found = await HeadsAsync(db, next, cancellationToken);
            found.RemoveAll(head => given.ContainsKey((head.Kind, head.Key)));
            found.AddRange(next.Where(given.ContainsKey).Select(each => new FragmentHead(each.Item1, each.Item2, [.. given[each].Includes], given[each].Size)));
            foreach (var head in found)
                heads[(head.Kind, head.Key)] = head;
            next = [.. found.SelectMany(head => head.Includes).Select(key => (FragmentKind.Partial, key)).Where(wanted.Add)];
        }

        if (heads.Values.Sum(head => (long)head.Size) > FragmentLimits.CharactersOfVersion)
            return new FragmentSet { Excess = $"the layouts and partials of a template together may have {FragmentLimits.CharactersOfVersion} characters", Includes = Named(heads) };
        var set = new FragmentSet { Includes = Named(heads) };
        foreach (var row in await RowsAsync(db, [.. heads.Keys], cancellationToken))
        {
            // What another release took and this one does not is as if it were not there.
            if (LoadedFragment.Read(row.Kind, row.Key, row.Contents).Fragment is { } read)
                set.loaded[(row.Kind, row.Key)] = read;
        }

        foreach (var (key, fragment) in given.Where(each => heads.ContainsKey(each.Key)))
            set.loaded[key] = fragment;

        return set;
    }

    private static Dictionary<(FragmentKind, string), IReadOnlyList<string>> Named(Dictionary<(FragmentKind, string), FragmentHead> heads) =>
        heads.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value.Includes);

    private static async Task<List<FragmentHead>> HeadsAsync(NotificationDbContext db, List<(FragmentKind Kind, string Key)> wanted, CancellationToken cancellationToken)
    {
        var heads = await Among(db.Set<Fragment>(), wanted).Select(row => new FragmentHead(row.Kind, row.Key, row.Includes, row.Size)).ToListAsync(cancellationToken);
        if (AnyShared(wanted))
            heads.AddRange(await Among(db.Set<SharedFragment>(), wanted).Select(row => new FragmentHead(row.Kind, row.Key, row.Includes, row.Size)).ToListAsync(cancellationToken));
        return heads;
    }

    private static async Task<List<StoredFragment>> RowsAsync(NotificationDbContext db, List<(FragmentKind Kind, string Key)> wanted, CancellationToken cancellationToken)
    {
        List<StoredFragment> rows = [.. await Among(db.Set<Fragment>(), wanted).ToListAsync(cancellationToken)];
        if (AnyShared(wanted))
            rows.AddRange(await Among(db.Set<SharedFragment>(), wanted).ToListAsync(cancellationToken));
        return rows;
    }

    private static bool AnyShared(List<(FragmentKind Kind, string Key)> wanted) => wanted.Exists(each => FragmentKey.IsShared(each.Key));

    private static IQueryable<T> Among<T>(IQueryable<T> fragments, List<(FragmentKind Kind, string Key)> wanted)
        where T : StoredFragment
    {
        string[] layouts = [.. wanted.Where(each => each.Kind == FragmentKind.Layout).Select(each => each.Key)];
        string[] partials = [.. wanted.Where(each => each.Kind == FragmentKind.Partial).Select(each => each.Key)];
        return fragments.AsNoTracking().Where(row =>
            (row.Kind == FragmentKind.Layout && layouts.Contains(row.Key)) || (row.Kind == FragmentKind.Partial && partials.Contains(row.Key)));
    }

    private sealed record FragmentHead(FragmentKind Kind, string Key, string[] Includes, int Size);
}
