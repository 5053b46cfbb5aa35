using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Fcm;

public static class FcmModule
{
    public static IServiceCollection AddFcmProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, FcmType>();
}

/// <summary>The type <c>fcm</c>.</summary>
public sealed class FcmType(EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProviderType
{
    internal const string TypeName = "fcm";

    private static readonly TimeSpan TestTime = TimeSpan.FromSeconds(10);

    /// <summary>No device's, so that a test reaches nobody.</summary>
    private const string Nobody = "configuration-test";

    public string Name => TypeName;

    public IReadOnlyList<ChannelKind> Channels { get; } = [ChannelKind.Push];

    public IReadOnlyList<ProviderField> Fields()
    {
        var reader = SettingsReader.OfNothing(Name, Channels[0]);
        _ = FcmSettings.Read(reader, guard);
        return reader.Fields;
    }

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        FcmSettings.Read(configuration, guard, out var errors);
        return errors;
    }

    public IProvider Create(ProviderConfiguration configuration)
    {
        var settings = FcmSettings.Read(configuration, guard, out _);
        return new FcmProvider(settings, new FcmTokens(settings.Account, guard, options, time), new ProviderHttp(guard, options), time);
    }

    /// <summary>Gets an access token, and has Google check a message to a device that does not exist: its refusal of the device is what is hoped for.</summary>
    public async Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = FcmSettings.Read(configuration, guard, out var errors) with { DryRun = true };
        if (errors.Count > 0)
            return new ProviderTestResult(false, $"{errors[0].Pointer} {errors[0].Message}");
        using var tokens = new FcmTokens(settings.Account, guard, options, time);
        switch (await tokens.GetAsync(TestTime, cancellationToken))
        {
            case FcmAccess.Denied denied:
                return new ProviderTestResult(false, $"no access token from Google: {denied.Reason.Message}");
            case FcmAccess.Granted { Token: var token }:
                var call = new ProviderCall(default, 1, new ChannelMessage.Push([Nobody], "Test", "Test", new Dictionary<string, string>()), null, Priority.Normal, null, TestTime);
                var (message, _) = FcmMessage.Of(settings, call, (ChannelMessage.Push)call.Message, time.GetUtcNow());
                using (var http = new ProviderHttp(guard, options))
                using (var request = FcmProvider.Request(FcmProvider.AddressOf(settings), message!.For(Nobody), token))
                    return await http.TestAsync(request, (response, limit) => ReadAsync(response, settings, token, limit), cancellationToken);
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    private static async ValueTask<ProviderTestResult> ReadAsync(HttpResponseMessage response, FcmSettings settings, string token, CancellationToken cancellationToken)
    {
        var works = new ProviderTestResult(true, $"Google accepts the service account, and it may send for the project {settings.ProjectId}");
        if (response.IsSuccessStatusCode)
            return works;
        var body = await ErrorBody.ReadAsync(response, cancellationToken);
        return FcmErrors.Of((int)response.StatusCode, body, null, [token, .. settings.Account.Secrets]) switch
        {
            ProviderResult.Rejected { Cause: RejectionCause.Address } => works,
            ProviderResult.Rejected rejected => new ProviderTestResult(false, rejected.Message),
            ProviderResult.Deferred deferred => new ProviderTestResult(false, deferred.Message),
            _ => new ProviderTestResult(false, $"Firebase answered {(int)response.StatusCode}"),
        };
    }
}
