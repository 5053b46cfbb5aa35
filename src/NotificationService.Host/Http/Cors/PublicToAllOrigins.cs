namespace NotificationService.Host.Http.Cors;

/// <summary>On a route that gives everybody the same file: pages of all origins may take it, and no tenant is asked whether it lists them.</summary>
public sealed record PublicToAllOrigins;
