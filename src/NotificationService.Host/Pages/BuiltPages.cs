namespace NotificationService.Host.Pages;

/// <summary>What <c>NotificationService.Console</c> was built into, folder by folder.</summary>
/// <param name="Inbox">The inbox element.</param>
/// <param name="InboxPage">A page around it.</param>
/// <param name="DemoPage">A page to try it out on.</param>
/// <param name="Console">The console: its page, and below <c>assets/</c> files that have their content in their names.</param>
public sealed record BuiltPages(BuiltFolder Inbox, BuiltFolder InboxPage, BuiltFolder DemoPage, BuiltFolder Console)
{
    public static BuiltPages BesideProgram() => new(BuiltFolder.BesideProgram("inbox"), BuiltFolder.BesideProgram("pages/inbox"), BuiltFolder.BesideProgram("pages/demo"), BuiltFolder.BesideProgram("console"));
}
