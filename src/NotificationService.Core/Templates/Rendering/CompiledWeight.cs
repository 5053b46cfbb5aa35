using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>What a compiled part takes in memory, by its tree: the engine's delegates and what it remembers of names weigh far more than the text that they came from.</summary>
internal static class CompiledWeight
{
    /// <summary>Measured (docs/memory.md).</summary>
    private const long OfTag = 1536;

    private const long OfValue = 512;

    private const long OfPart = 1024;

    public static long Of(TemplateTree tree, int characters) => OfPart + (2L * characters * (tree.Constant is null ? 3 : 1)) + (OfTag * tree.Tags) + (OfValue * tree.Values);
}
