namespace NotificationService.Testing;

/// <summary>
/// Of a test assembly: every database of its <see cref="PostgresCluster"/> has the demo tenant from the beginning, as a service in Development would add it. A
/// process that adds it itself takes half as much processor time again for its start.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class DatabasesHaveDemoAttribute : Attribute;
