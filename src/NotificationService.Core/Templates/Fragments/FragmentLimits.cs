namespace NotificationService.Templates.Fragments;

/// <summary>What layouts and partials may cost. What a template becomes with them has the bounds of a template (<see cref="Language.TemplateLimits"/>).</summary>
public static class FragmentLimits
{
    /// <summary>Layouts of a tenant, and as many partials.</summary>
    public const int OfTenant = 500;

    /// <summary>All texts of one together.</summary>
    public const int Characters = 128 * 1024;

    /// <summary>Partials within partials, a layout counted.</summary>
    public const int Depth = 8;

    /// <summary>Layouts and partials that one version is made of, each counted once.</summary>
    public const int OfVersion = 50;

    /// <summary>Of all of these together, as they are stored.</summary>
    public const int CharactersOfVersion = 512 * 1024;

    /// <summary>Tags of one version that are replaced, those within partials counted as often as they come in.</summary>
    public const int Replacements = 2_000;
}
