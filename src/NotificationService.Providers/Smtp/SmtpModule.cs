using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

public static class SmtpModule
{
    public static IServiceCollection AddSmtpProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, SmtpType>();
}

/// <summary>The type <c>smtp</c>.</summary>
public sealed class SmtpType(EndpointGuard guard, ProviderOptions options, TimeProvider time, PublicUrl publicUrl) : IProviderType
{
    private readonly string name = SmtpName.Of(options.SmtpName, publicUrl);

    public string Name => "smtp";

    public IReadOnlyList<ChannelKind> Channels { get; } = [ChannelKind.Email];

    public IReadOnlyList<ProviderField> Fields()
    {
        var reader = SettingsReader.OfNothing(Name, Channels[0]);
        _ = SmtpSettings.Read(reader, guard);
        return reader.Fields;
    }

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        SmtpSettings.Read(configuration, guard, out var errors);
        return errors;
    }

    public IProvider Create(ProviderConfiguration configuration) =>
        new SmtpProvider(SmtpSettings.Read(configuration, guard, out _), name, guard, options, time);

    /// <summary>Connects, encrypts, signs in and names the sender, then takes it back.</summary>
    public async Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = SmtpSettings.Read(configuration, guard, out _);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout * 2);
        try
        {
            switch (await SmtpOpening.BeginAsync(settings, name, guard, options, limit.Token))
            {
                case SmtpOpening.Refused refused:
                    return new ProviderTestResult(false, refused.Why.Message);
                case SmtpOpening.Open { Connection: var connection }:
                    await using (connection)
                    {
                        return await connection.RefusalOfAsync(Mailboxes.ForEnvelope(settings.From.Address) ?? "", limit.Token) is { } refusal
                            ? new ProviderTestResult(false, refusal)
                            : new ProviderTestResult(true, settings.Username is null ? "the SMTP server takes mail from this sender" : "the SMTP server accepts the sign-in and the sender");
                    }

                default:
                    throw new InvalidOperationException("a closed set");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProviderTestResult(false, "the SMTP server did not answer in time");
        }
        catch (IOException)
        {
            return new ProviderTestResult(false, "the connection to the SMTP server broke");
        }
    }
}
