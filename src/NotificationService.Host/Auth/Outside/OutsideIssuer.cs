using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using NotificationService.Storage;

namespace NotificationService.Host.Auth.Outside;

/// <summary>
/// One issuer with the keys that it publishes. They are read at the start and now and then; a key id that is unknown has them read again, at most once a
/// minute whoever sends such tokens. All who wait for a reading wait for the same one. While the issuer is away the keys of the last reading hold for a day.
/// </summary>
public sealed class OutsideIssuer(OidcIssuerOptions options, IDocumentRetriever documents, TimeProvider time)
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan UnknownKeyEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FailedEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HoldsFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Lock sync = new();
    private readonly string authority = Trimmed(options.Authority!);
    private IssuerDescription? description;
    private Task? reading;
    private string? failure;
    private bool hasTried;
    private long triedAt;
    private long readAt;

    public OidcIssuerOptions Options => options;

    /// <summary>Why the last reading failed; null when it did not.</summary>
    public string? Failure => Volatile.Read(ref failure);

    /// <summary>An address with and without a slash at its end names the same issuer, until its description says which it is.</summary>
    public static string Trimmed(string address) => address.TrimEnd('/');

    /// <summary>Whether a token may be this issuer's, by what it says itself.</summary>
    public bool IsNamed(string? issuer) => issuer is not null && Trimmed(issuer) == authority && issuer.Length <= authority.Length + 1;

    /// <summary>The issuer's name as it spells it and the key of that id; no key where it has none of that id.</summary>
    /// <exception cref="IssuerUnavailableException">Its keys are not known.</exception>
    public async ValueTask<(string Issuer, JsonWebKey? Key)> FindKeyAsync(string keyId, CancellationToken cancellationToken)
    {
        var known = Current;
        if (known?.Keys.GetValueOrDefault(keyId) is { } key)
            return (known.Issuer, key);
        await ReadUnlessTriedAsync(known is null ? FailedEvery : UnknownKeyEvery, cancellationToken);
        var now = Current ?? throw new IssuerUnavailableException(Failure);
        return (now.Issuer, now.Keys.GetValueOrDefault(keyId));
    }

    /// <summary>Reads what was read long ago, or never.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await ReadUnlessTriedAsync(Failure is null ? ReadEvery : UnknownKeyEvery, cancellationToken);
        if (Failure is { } reason)
            throw new IssuerUnavailableException($"{authority}: {reason}");
    }

    private IssuerDescription? Current => Volatile.Read(ref description) is { } known && time.GetElapsedTime(Volatile.Read(ref readAt)) < HoldsFor ? known : null;

    private Task ReadUnlessTriedAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        Task under;
        lock (sync)
        {
            if (reading is { IsCompleted: false } already)
            {
                under = already;
            }
            else
            {
                if (hasTried && time.GetElapsedTime(triedAt) < within)
                    return Task.CompletedTask;
                (hasTried, triedAt) = (true, time.GetTimestamp());
                under = reading = Task.Run(ReadAsync, CancellationToken.None);
            }
        }

        return under.WaitAsync(cancellationToken);
    }

    private async Task ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var published = await OpenIdConnectConfigurationRetriever.GetAsync(options.MetadataAddress ?? $"{authority}/.well-known/openid-configuration", documents, patience.Token);
            if (IssuerDescription.Of(published, this) is not { } read)
            {
                Volatile.Write(ref failure, "its description is of another issuer");
                return;
            }

            Volatile.Write(ref readAt, time.GetTimestamp());
            Volatile.Write(ref description, read);
            Volatile.Write(ref failure, null);
        }
#pragma warning disable CA1031 // whatever an issuer answers, those who wait get on with the keys that there are
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Volatile.Write(ref failure, ReasonOf(exception));
        }
    }

    /// <summary>What broke, without what the issuer wrote.</summary>
    private static string ReasonOf(Exception exception)
    {
        var inner = exception;
        while (inner is not HttpRequestException and not OperationCanceledException && inner.InnerException is { } next)
            inner = next;
        return inner switch
        {
            OperationCanceledException => "it took too long",
            HttpRequestException { StatusCode: { } status } => $"it answered {(int)status}",
            HttpRequestException http => http.HttpRequestError.ToString(),
            _ => Outage.Reason(inner),
        };
    }
}
