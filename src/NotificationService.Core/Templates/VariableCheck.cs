using NotificationService.Channels;
using NotificationService.Templates.Schemas;

namespace NotificationService.Templates;

/// <summary>A variable that one channel needs and the data lacks, as a path such as <c>items.name</c>.</summary>
public sealed record MissingVariable(string Variable, ChannelKind Channel);

/// <summary>What came of looking for what data lacks.</summary>
public abstract record VariableCheck
{
    private VariableCheck()
    {
    }

    /// <summary>Everything that is missing, and where the data are not as the template's schema wants them; neither if it can be sent.</summary>
    public sealed record Done(IReadOnlyList<MissingVariable> Missing, IReadOnlyList<DataIssue> Issues) : VariableCheck;

    /// <summary>The data cannot be looked through, or not within what one render may take: rendering would fail alike.</summary>
    public sealed record Stopped(string Code, string Message) : VariableCheck;
}
