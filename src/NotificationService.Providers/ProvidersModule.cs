using Microsoft.Extensions.DependencyInjection;
using NotificationService.Providers.Fcm;
using NotificationService.Providers.InApp;
using NotificationService.Providers.Sandbox;
using NotificationService.Providers.SendGrid;
using NotificationService.Providers.Smtp;
using NotificationService.Providers.Twilio;
using NotificationService.Providers.WhatsAppCloud;
using NotificationService.Settings;

namespace NotificationService.Providers;

public static class ProvidersModule
{
    /// <summary>Every vendor there is, a line each.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services) => services
        .AddSettings<ProviderOptions>(ProviderOptions.Section)
        .AddSandboxProvider()
        .AddInAppProvider()
        .AddSmtpProvider()
        .AddSendGridProvider()
        .AddTwilioProviders()
        .AddFcmProvider()
        .AddWhatsAppCloudProvider();
}
