using NotificationService.Templates.Language;

namespace NotificationService.Templates.Fragments;

/// <summary>One text of a layout or partial, or of a template, with the partials that it names.</summary>
/// <param name="Name">What it is called in messages, such as <c>partial footer</c>; empty for the template's own.</param>
internal sealed record FragmentText(string Name, string Source, IReadOnlyList<PartialTag> Partials);
