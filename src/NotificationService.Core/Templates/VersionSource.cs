using NotificationService.Templates.Samples;

namespace NotificationService.Templates;

/// <summary>All that somebody wrote of a version, before layout and partials are put in: two are equal if nobody changed anything between them.</summary>
/// <param name="Contents">As JSON.</param>
/// <param name="Layout">The key of the layout around it.</param>
/// <param name="Variables">What the variables must look like, as JSON.</param>
/// <param name="Samples">Data with which it is rendered before it is published, as JSON.</param>
internal sealed record VersionSource(string Contents, string? Layout, string? Variables, string? Samples)
{
    public static VersionSource Of(TemplateVersion version) => new(version.Written, version.Layout, version.Variables, version.Samples);

    public static VersionSource Of(NewTemplate wanted) => new(wanted.Contents, wanted.Layout, wanted.Variables, Json(wanted.Samples));

    /// <summary>With what an edit says; what it leaves out stays.</summary>
    public VersionSource With(TemplateEdit edit) => new(
        edit.Contents ?? Contents,
        edit.ClearsLayout ? null : edit.Layout ?? Layout,
        edit.Variables ?? Variables,
        edit.Samples is null ? Samples : Json(edit.Samples));

    /// <summary>What is wrong with that which is not contents.</summary>
    public static IReadOnlyList<TemplateIssue> Check(string? variables, IReadOnlyList<TemplateSample>? samples) =>
        [.. TemplateContentsCheck.Check(variables), .. TemplateSample.Check(samples ?? [])];

    private static string? Json(IReadOnlyList<TemplateSample>? samples) => samples is { Count: > 0 } ? TemplateSample.Write(samples) : null;
}
