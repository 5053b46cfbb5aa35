using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.SendGrid;

public static class SendGridModule
{
    public static IServiceCollection AddSendGridProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, SendGridType>();
}

/// <summary>The type <c>sendgrid</c>.</summary>
public sealed class SendGridType(EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProviderType, IReceiptSource
{
    public const string TypeName = "sendgrid";

    public string Name => TypeName;

    public IReadOnlyList<ChannelKind> Channels { get; } = [ChannelKind.Email];

    public string ReceiptPath => "sendgrid";

    public string? ReceiptPlace => "SendGrid › Settings › Mail Settings › Event Webhook";

    public IReadOnlyList<ProviderField> Fields()
    {
        var reader = SettingsReader.OfNothing(Name, Channels[0]);
        _ = SendGridSettings.Read(reader, guard);
        return reader.Fields;
    }

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        SendGridSettings.Read(configuration, guard, out var errors);
        return errors;
    }

    public IProvider Create(ProviderConfiguration configuration) =>
        new SendGridProvider(SendGridSettings.Read(configuration, guard, out _), new ProviderHttp(guard, options), time);

    /// <summary>Asks which scopes the key has.</summary>
    public async Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = SendGridSettings.Read(configuration, guard, out _);
        using var http = new ProviderHttp(guard, options);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(settings.BaseUrl, "v3/scopes"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {settings.ApiKey}");
        return await http.TestAsync(request, ReadAsync, cancellationToken);
    }

    public ReceiptReading Read(ProviderConfiguration configuration, ReceiptRequest request, DateTimeOffset now) =>
        SendGridReceipts.Read(
        configuration.Credentials.GetValueOrDefault(SendGridSettings.CurrentKey), configuration.Credentials.GetValueOrDefault(SendGridSettings.PreviousKey), request, now);

    private static async ValueTask<ProviderTestResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            return new ProviderTestResult(false, (int)response.StatusCode switch
            {
                401 or 403 => "SendGrid refused the API key",
                404 or 405 => "there is no mail API at the configured baseUrl",
                var status => $"SendGrid answered {status}",
            });
        }

        var scopes = await ErrorBody.ReadAsync(response, cancellationToken);
        return scopes.AsSpan().IndexOf("\"mail.send\""u8) >= 0
            ? new ProviderTestResult(true, "SendGrid accepts the API key, and it may send mail")
            : new ProviderTestResult(false, "SendGrid accepts the API key, but it lacks the scope mail.send");
    }
}
