using NotificationService.Storage;

namespace NotificationService.Host.Configuration;

/// <summary>What the host itself reads of the configuration; every room binds its own section.</summary>
public sealed record HostSettings(string? ConnectionString, RoleSet Roles)
{
    private const string DefaultAddress = "http://localhost:8080";

    public static HostSettings Read(IConfiguration configuration) => new(
        configuration.GetConnectionString("NotificationDatabase") is { Length: > 0 } text ? text : null,
        RoleSet.Parse(configuration["Notification:Roles"]));

    public StorageOptions Storage() => new()
    {
        ConnectionString = ConnectionString
            ?? throw new StartupException("there is no database: set ConnectionStrings__NotificationDatabase"),
    };

    /// <summary>A builder with the default address, and Development where nothing at all was said: no environment and no database.</summary>
    public static WebApplicationBuilder Builder(string[] options)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = options, EnvironmentName = EnvironmentName() });
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null)
            builder.WebHost.UseUrls(DefaultAddress);
        return builder;
    }

    private static string EnvironmentName()
    {
        var named = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
        if (!string.IsNullOrEmpty(named))
            return named;
        var database = Environment.GetEnvironmentVariable("ConnectionStrings__NotificationDatabase");
        return string.IsNullOrEmpty(database) ? Environments.Development : Environments.Production;
    }
}
