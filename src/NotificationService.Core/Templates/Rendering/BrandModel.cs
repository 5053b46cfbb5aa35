using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NotificationService.Templates.Rendering;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>
/// What a template may know of the tenant: <c>{{brand.name}}</c>, <c>{{brand.logoUrl}}</c>, <c>{{brand.color}}</c>. The colour is always one, whatever was
/// stored, because it is the one value that may stand in a style.
/// </summary>
public sealed partial record BrandModel
{
    /// <summary>What stands where a tenant has no colour of its own.</summary>
    public const string UsualColor = "#1f5fa8";

    /// <summary>Each is made once as long as the settings are remembered that it comes from.</summary>
    private static readonly ConditionalWeakTable<TenantBrand, BrandModel> Known = [];

    public BrandModel(string name, string? logoUrl, string? color)
    {
        Name = name;
        LogoUrl = logoUrl;
        Color = color is not null && Hexadecimal().IsMatch(color) ? color : UsualColor;
    }

    /// <summary>The brand of a tenant's settings.</summary>
    public static BrandModel Of(TenantBrand brand) => Known.GetValue(brand, static each => new BrandModel(each.Name, each.LogoUrl, each.Color));

    public string Name { get; }

    public string? LogoUrl { get; }

    /// <summary><c>#rrggbb</c>.</summary>
    public string Color { get; }

    /// <summary>As templates see it. Made once: nothing that renders changes it.</summary>
    internal PlainMap Map => field ??= new PlainMap(capacity: 3) { ["name"] = Name, ["logoUrl"] = LogoUrl, ["color"] = Color };

    [GeneratedRegex(@"\A#[0-9a-fA-F]{6}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Hexadecimal();
}
