namespace NotificationService.Templates;

/// <summary>A stored version that this release refuses: saved and published again it says why. Nobody can render it, now or later.</summary>
public sealed class TemplateUnreadableException(int version, TemplateIssue issue)
    : Exception($"version {version} of the template cannot be rendered by this release ({issue.Pointer}: {issue.Message.Split('\n')[0]}); correct and publish it again")
{
    public const string Code = "template_unreadable";
}
