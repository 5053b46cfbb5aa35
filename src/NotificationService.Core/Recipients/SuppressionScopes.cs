using System.Buffers;
using NotificationService.Categories;
using NotificationService.Recipients.Preferences;

namespace NotificationService.Recipients;

/// <summary>
/// What an address must not be sent, as it is written and stored: <see cref="All"/>, <see cref="Marketing"/>, <c>category:</c> and a key, or <c>vendor_group:</c> and a vendor's own
/// number. Pure. Who takes an opt-out back takes back that scope and no other.
/// </summary>
public static class SuppressionScopes
{
    /// <summary>Everything, what is critical too.</summary>
    public const string All = "all";

    /// <summary>Whatever is of a category that is marketing.</summary>
    public const string Marketing = OptOuts.Marketing;

    /// <summary>A group that people unsubscribe from at a vendor.</summary>
    public const string OfVendorGroup = "vendor_group:";

    public const string Names = "all, marketing, category:{key}, vendor_group:{id}";

    /// <summary>Of a report that names no group, or none that could be one.</summary>
    private const string UnknownGroup = "unknown";

    private const int LongestGroup = 40;

    private static readonly SearchValues<char> GroupCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The scope of a vendor's group.</summary>
    /// <param name="group">As the vendor writes it; null where it says none.</param>
    public static string OfGroup(string? group) => OfVendorGroup + (IsGroup(group) ? group : UnknownGroup);

    public static bool IsScope(string? scope) => scope switch
    {
        null => false,
        All or Marketing => true,
        _ when OptOuts.CategoryOf(scope) is { } key => key.Length <= Category.LongestKey && !key.Any(char.IsControl) && key.AsSpan().Trim().Length == key.Length,
        _ => scope.StartsWith(OfVendorGroup, StringComparison.Ordinal) && IsGroup(scope[OfVendorGroup.Length..]),
    };

    /// <summary>
    /// Whether an opt-out of a scope stops something. What is critical passes all but <see cref="All"/>. A vendor does not say what its groups are for, so an opt-out of one stops everything else.
    /// </summary>
    /// <param name="category">The category's key; null for none.</param>
    /// <param name="says">What the category says.</param>
    public static bool Stops(string scope, string? category, CategoryRule says)
    {
        if (scope == All)
            return true;
        if (says.Critical)
            return false;
        if (scope == Marketing)
            return says.Marketing;
        return OptOuts.CategoryOf(scope) is { } key ? key == category : scope.StartsWith(OfVendorGroup, StringComparison.Ordinal);
    }

    /// <summary>Those that count for something.</summary>
    public static IReadOnlyList<SuppressedAddress> Applying(IReadOnlyList<SuppressedAddress> suppressed, string? category, CategoryRule says)
    {
        foreach (var address in suppressed)
        {
            if (!Stops(address.Scope, category, says))
                return [.. suppressed.Where(row => Stops(row.Scope, category, says))];
        }

        return suppressed;
    }

    /// <summary>What somebody has opted out of, in words.</summary>
    public static string Words(string scope) => scope switch
    {
        All => "everything",
        Marketing => "all marketing",
        _ when OptOuts.CategoryOf(scope) is { } key => $"the category {key}",
        _ => $"the vendor's group {scope[Math.Min(scope.Length, OfVendorGroup.Length)..]}",
    };

    private static bool IsGroup(string? group) => group is { Length: > 0 and <= LongestGroup } && !group.AsSpan().ContainsAnyExcept(GroupCharacters);
}
