using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NotificationService.Credentials;

public static class CredentialsModule
{
    /// <summary>Where the service keeps what it makes for itself, under the working directory.</summary>
    private const string OwnFolder = ".data";

    public static IServiceCollection AddCredentials(this IServiceCollection services) => services
        .AddSingleton(provider => Keys(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>()))
        .AddSingleton<CredentialVault>()
        .AddSingleton<CredentialRotation>();

    private static MasterKeys Keys(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration["Notification:MasterKeys"] is { Length: > 0 } text)
            return MasterKeys.Parse(text);
        return environment.IsDevelopment()
            ? MasterKeys.LoadOrCreate(Path.Combine(environment.ContentRootPath, OwnFolder))
            : throw new FormatException("Notification__MasterKeys is not set: keyId:base64(32 bytes), comma-separated; the first encrypts, all decrypt");
    }
}
