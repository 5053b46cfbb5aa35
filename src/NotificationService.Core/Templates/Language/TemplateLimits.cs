namespace NotificationService.Templates.Language;

/// <summary>
/// What a template may cost. The engine compiles by recursion and overflows the stack at some 4,000 levels, which no
/// catch survives; every limit here is far below what was measured to hurt (docs/decisions/0004-templates.md).
/// </summary>
public static class TemplateLimits
{
    public const int SourceCharacters = 64 * 1024;
    public const int Tags = 1_000;

    /// <summary>Paths by their parts, literals and calls: what the compiled part weighs.</summary>
    public const int Values = 8_000;
    public const int BlockDepth = 32;
    public const int ElseBranches = 32;
    public const int SubExpressionDepth = 8;
    public const int Arguments = 16;
    public const int PathCharacters = 256;
    public const int PathSegments = 16;
    public const int ParentSteps = 16;

    /// <summary>Of all parts of one version together.</summary>
    public const int VersionCharacters = 512 * 1024;
    public const int VersionTags = 5_000;
    public const int VersionValues = 40_000;
    public const int LocalesPerChannel = 40;

    /// <summary>Levels of data that a path may lead through, those of the blocks around it counted: data has no more.</summary>
    public const int DataLevels = 64;

    /// <summary>Of one part.</summary>
    public const int OutputBytes = 1024 * 1024;

    /// <summary>Of all parts of one channel's content.</summary>
    public const int OutputCharacters = 2 * 1024 * 1024;

    /// <summary>Of one function's result.</summary>
    public const int TextCharacters = 1024 * 1024;

    /// <summary>Of the results of all functions in one render, also those that are only tested or handed to another function.</summary>
    public const int MadeCharacters = 4 * 1024 * 1024;

    /// <summary>Missing variables that one answer names.</summary>
    public const int MissingVariables = 50;

    public const int ItemsPerEach = 1_000;
    public const int Iterations = 100_000;
    public static readonly TimeSpan RenderTime = TimeSpan.FromMilliseconds(250);
}
