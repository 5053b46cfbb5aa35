using NotificationService.Storage;

namespace NotificationService.Host.Configuration;

/// <summary>What the host itself reads of the configuration; every module binds its own section.</summary>
public sealed record HostSettings(string? ConnectionString, RoleSet Roles)
{
    public static HostSettings Read(IConfiguration configuration) => new(
        configuration.GetConnectionString("NotificationDatabase") is { Length: > 0 } text ? text : null,
        RoleSet.Parse(configuration["Notification:Roles"]));

    public StorageOptions Storage() => new()
    {
        ConnectionString = ConnectionString ?? throw new InvalidOperationException("the database is opened before it is used"),
    };

    /// <summary>A builder with the default address, and Development where nothing at all was said: no environment and no database.</summary>
    public static WebApplicationBuilder Builder(string[] options)
    {
        // Settings are read at the start: watching their files would watch the whole working directory, whoever writes there.
        options = [.. options, "--hostBuilder:reloadConfigOnChange=false"];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = options, EnvironmentName = EnvironmentName(options) });
        if (Addresses(builder.Configuration) is null)
            builder.WebHost.UseUrls(ListenAddresses.Default);
        if (ManagementPort.Read(builder.Configuration) is { Number: not null } management)
            builder.WebHost.UseUrls(management.Beside(Addresses(builder.Configuration) ?? ListenAddresses.Default));
        return builder;
    }

    /// <summary>What was said about where to listen.</summary>
    public static string? Addresses(IConfiguration configuration) =>
        configuration["urls"]
        ?? (configuration["http_ports"] is { Length: > 0 } ports ? string.Join(';', ports.Split(';').Select(port => $"http://*:{port}")) : null);

    private static string EnvironmentName(string[] options)
    {
        var said = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables().AddCommandLine(options).Build();
        if (said["environment"] is { Length: > 0 } named)
            return named;
        return string.IsNullOrEmpty(said.GetConnectionString("NotificationDatabase")) ? Environments.Development : Environments.Production;
    }
}
