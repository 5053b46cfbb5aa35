using System.Security.Cryptography;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Fcm;

/// <summary>A token to call with, or why there is none.</summary>
internal abstract record FcmAccess
{
    private FcmAccess()
    {
    }

    public sealed record Granted(string Token) : FcmAccess
    {
        public override string ToString() => "token";
    }

    public sealed record Denied(ProviderResult.Deferred Reason) : FcmAccess;
}

/// <summary>
/// The access token of one service account: asked for once by whoever comes first, used by everybody until shortly before
/// its end, and renewed while the old one still serves. Nobody asks for a token per message.
/// </summary>
internal sealed class FcmTokens : IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UnusableBefore = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private readonly TimeProvider time;
    private readonly HttpMessageHandler handler;
    private readonly ServiceAccountCredential credential;
    private readonly RSA key = RSA.Create();
    private readonly IReadOnlyList<string?> secrets;
    private readonly Lock sync = new();
    private Held? held;
    private Task<FcmAccess>? asking;
    private DateTimeOffset pausedUntil;

    public FcmTokens(ServiceAccount account, EndpointGuard guard, ProviderOptions options, TimeProvider time)
    {
        this.time = time;
        secrets = account.Secrets;
        key.ImportFromPem(account.PrivateKey);
        handler = ProviderHttp.Handler(guard, options);
        credential = new ServiceAccountCredential(new ServiceAccountCredential.Initializer(account.Email, account.TokenUri.AbsoluteUri)
        {
            Clock = new GoogleClock(time),
            HttpClientFactory = new GoogleHttp(handler, Patience),
            Key = key,
            KeyId = account.KeyId,
            Scopes = [Scope],
        });
    }

    private sealed record Held(string Token, DateTimeOffset RenewAt, DateTimeOffset UsableUntil);

    /// <exception cref="OperationCanceledException">The caller gave up; who else waits goes on.</exception>
    public async Task<FcmAccess> GetAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        Task<FcmAccess> response;
        lock (sync)
        {
            var now = time.GetUtcNow();
            if (held is { } token && now < token.UsableUntil)
            {
                if (now >= token.RenewAt && now >= pausedUntil)
                    asking ??= Task.Run(AskAsync, CancellationToken.None);
                return new FcmAccess.Granted(token.Token);
            }

            response = asking ??= Task.Run(AskAsync, CancellationToken.None);
        }

        try
        {
            return await response.WaitAsync(within > TimeSpan.Zero ? within : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Denied("token_timeout", "Google gave no access token in time");
        }
    }

    /// <summary>Google refused it before its end: the next caller gets another.</summary>
    public void Forget(string token)
    {
        lock (sync)
        {
            if (held?.Token == token)
                held = null;
        }
    }

    public void Dispose()
    {
        handler.Dispose();
        key.Dispose();
    }

    private async Task<FcmAccess> AskAsync()
    {
        var (token, response) = await RequestAsync();
        lock (sync)
        {
            asking = null;
            if (token is not null)
                held = token;
            else
                pausedUntil = time.GetUtcNow() + PauseAfterFailure;
        }

        return response;
    }

    private async Task<(Held? Token, FcmAccess Response)> RequestAsync()
    {
        try
        {
            var asked = time.GetUtcNow();
            using var limit = new CancellationTokenSource(Patience);
            await credential.RequestAccessTokenAsync(limit.Token);
            if (credential.Token is not { AccessToken: { Length: > 0 } token, ExpiresInSeconds: > 0 and var seconds })
                return (null, Denied("token_malformed", "Google's answer held no access token"));
            var life = TimeSpan.FromSeconds(Math.Min(seconds, 86_400));
            return (new Held(token, asked + life - Min(RenewBefore, life / 2), asked + life - Min(UnusableBefore, life / 4)), new FcmAccess.Granted(token));
        }
        catch (TokenResponseException exception)
        {
            return (null, FcmErrors.OfToken((int?)exception.StatusCode ?? 0, exception.Error?.Error, exception.Error?.ErrorDescription, secrets));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (null, new FcmAccess.Denied(ConnectFailure.Of(exception)));
        }
        catch (OperationCanceledException)
        {
            return (null, Denied("token_timeout", "Google gave no access token in time"));
        }
#pragma warning disable CA1031 // the library's reader of answers throws whatever its parser does; without a token nothing was sent
        catch (Exception)
#pragma warning restore CA1031
        {
            return (null, Denied("token_malformed", "Google's answer to the request for an access token could not be read"));
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static FcmAccess.Denied Denied(string code, string message) => new(new ProviderResult.Deferred(code, message));
}
