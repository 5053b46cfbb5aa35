using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

public static class SmtpModule
{
    public static IServiceCollection AddSmtpProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, SmtpType>();
}

/// <summary>The type <c>smtp</c>.</summary>
public sealed class SmtpType(EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProviderType
{
    public string Name => "smtp";

    public IReadOnlyList<ChannelKind> Channels { get; } = [ChannelKind.Email];

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        SmtpSettings.Read(configuration, guard, out var errors);
        return errors;
    }

    public IProvider Create(ProviderConfiguration configuration) =>
        new SmtpProvider(SmtpSettings.Read(configuration, guard, out _), guard, options, time);

    /// <summary>Connects and reads the server's greeting; nothing is sent to anyone.</summary>
    public async Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = SmtpSettings.Read(configuration, guard, out _);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout * 2);
        try
        {
            await using var stream = await guard.ConnectAsync(new System.Net.DnsEndPoint(settings.Host, settings.Port), limit.Token);
            var greeting = new byte[512];
            var length = await stream.ReadAsync(greeting, limit.Token);
            if (!greeting.AsSpan(0, length).StartsWith("220"u8))
                return new ProviderTestResult(false, "what answers there is no SMTP server, or it does not take mail now");
            await stream.WriteAsync("QUIT\r\n"u8.ToArray(), limit.Token);
            return new ProviderTestResult(true, "the SMTP server answers; sign-in and sender are first tried by a message");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProviderTestResult(false, "the SMTP server did not answer in time");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return new ProviderTestResult(false, ((ProviderResult.Deferred)SmtpErrors.Of(exception, dataBegan: false)).Message);
        }
    }
}
