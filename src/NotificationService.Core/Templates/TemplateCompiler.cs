namespace NotificationService.Templates;

/// <summary>Compiles contents for people: one at a time in this process, because it is dear, and templates come from many tenants. Sends wait for nobody here.</summary>
internal static class TemplateCompiler
{
    private static readonly SemaphoreSlim Compiling = new(1, 1);

    /// <param name="contents">As they are rendered, layout and partials in them.</param>
    /// <param name="variables">What the variables must look like, if anything.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<(CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues)> CompileAsync(string contents, string? variables, CancellationToken cancellationToken)
    {
        await Compiling.WaitAsync(cancellationToken);
        try
        {
            return TemplateContentsCheck.Compile(contents, variables);
        }
        finally
        {
            Compiling.Release();
        }
    }
}
