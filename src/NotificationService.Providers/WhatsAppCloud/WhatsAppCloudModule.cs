using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.WhatsAppCloud;

public static class WhatsAppCloudModule
{
    public static IServiceCollection AddWhatsAppCloudProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, WhatsAppCloudType>();
}

/// <summary>The type <c>whatsapp_cloud</c>.</summary>
public sealed class WhatsAppCloudType(EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProviderType, IReceiptSource
{
    public const string TypeName = "whatsapp_cloud";

    public string Name => TypeName;

    public IReadOnlyList<ChannelKind> Channels { get; } = [ChannelKind.WhatsApp];

    public string ReceiptPath => "whatsapp";

    public string? ReceiptPlace => "Meta › App › WhatsApp › Configuration › Callback URL";

    /// <summary>Meta reports to one address for all the numbers of an app.</summary>
    public bool ReportsForSiblings => true;

    public IReadOnlyList<ProviderField> Fields()
    {
        var reader = SettingsReader.OfNothing(Name, Channels[0]);
        _ = WhatsAppCloudSettings.Read(reader, guard);
        return reader.Fields;
    }

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        WhatsAppCloudSettings.Read(configuration, guard, out var errors);
        return errors;
    }

    public IProvider Create(ProviderConfiguration configuration) =>
        new WhatsAppCloudProvider(WhatsAppCloudSettings.Read(configuration, guard, out _), new ProviderHttp(guard, options), time);

    public ReceiptReading Read(ProviderConfiguration configuration, ReceiptRequest request, DateTimeOffset now) =>
        WhatsAppCloudReceipts.Read(WhatsAppCloudSettings.Read(configuration, guard, out _), request, now);

    /// <summary>Looks at the phone number, which takes the same token as sending does.</summary>
    public async Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = WhatsAppCloudSettings.Read(configuration, guard, out var errors);
        if (errors.Count > 0)
            return new ProviderTestResult(false, $"{errors[0].Pointer} {errors[0].Message}");
        using var http = new ProviderHttp(guard, options);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{settings.Number}?fields=id,display_phone_number,verified_name,quality_rating");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {settings.AccessToken}");
        return await http.TestAsync(request, (response, limit) => ReadAsync(response, settings, limit), cancellationToken);
    }

    private static async ValueTask<ProviderTestResult> ReadAsync(HttpResponseMessage response, WhatsAppCloudSettings settings, CancellationToken cancellationToken)
    {
        JsonElement? reply = null;
        try
        {
            reply = JsonElement.Parse(await ErrorBody.ReadAsync(response, cancellationToken));
        }
        catch (JsonException)
        {
            // HTML, or half a response: the status has to do.
        }

        var error = VendorJson.Member(reply, "error");
        if (response.IsSuccessStatusCode && error is null)
        {
            return VendorJson.Member(reply, "display_phone_number") is not null
                ? new ProviderTestResult(true, "WhatsApp accepts the access token, and the phone number is one of the account's")
                : new ProviderTestResult(false, "what phoneNumberId names is no phone number: it is the id of the number, not that of the business account");
        }

        return WhatsAppCloudErrors.Of((int)response.StatusCode, error, null, settings.Secrets) switch
        {
            ProviderResult.Rejected rejected => new ProviderTestResult(false, rejected.Message),
            ProviderResult.Deferred deferred => new ProviderTestResult(false, deferred.Message),
            _ => new ProviderTestResult(false, $"WhatsApp answered {(int)response.StatusCode}"),
        };
    }
}
