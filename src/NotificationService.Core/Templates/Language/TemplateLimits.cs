namespace NotificationService.Templates.Language;

/// <summary>
/// What a template may cost. The engine compiles by recursion and overflows the stack at some 4,000 levels, which no
/// catch survives; every limit here is far below what was measured to hurt (docs/decisions/0004-templates.md).
/// </summary>
public static class TemplateLimits
{
    public const int SourceCharacters = 64 * 1024;
    public const int Tags = 1_000;
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
    public const int LocalesPerChannel = 40;

    public const int OutputBytes = 1024 * 1024;
    public const int ItemsPerEach = 1_000;
    public const int Iterations = 100_000;
    public static readonly TimeSpan RenderTime = TimeSpan.FromMilliseconds(250);
}
