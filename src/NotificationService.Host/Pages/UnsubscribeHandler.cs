using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Queueing;
using NotificationService.RateLimits;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Tenants;

namespace NotificationService.Host.Pages;

/// <summary>
/// Answers whoever follows a link of <see cref="OptOutLinks"/>: 1 no more at once than one network address may have → 2 what the link is about → 3 the form → 4 a permit → 5 read or write →
/// 6 the page. To look changes nothing, because scanners of mail look at every link. A mail program that unsubscribes with one click (RFC 8058) posts without cookies, and is never redirected.
/// </summary>
internal sealed class UnsubscribeHandler(OptOutLinks links, AddressChoices choices, TenantSettingsCache tenants, TimeProvider time) : IDisposable
{
    /// <summary>Under way at once from one network address (IPv6: one /64).</summary>
    public const int MaxOfAddress = 32;

    /// <summary>That read or write at once, of all tenants.</summary>
    public const int MaxAtOnce = 32;

    /// <summary>Of them, of one tenant.</summary>
    public const int MaxOfTenant = 8;

    public const string DoField = "do", OfField = "of", OnField = "on", ShownField = "shown";
    public const string Stop = "stop", StopMarketing = "stop_marketing", Undo = "undo", Save = "save";

    private const string OneClickField = "List-Unsubscribe", OneClick = "One-Click";
    public const string TooManyCode = "too_many_pages";

    /// <summary>A field for each of the categories that are offered, twice, and some more.</summary>
    private const int MaxFields = (2 * AddressChoices.MaxCategories) + 20;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly InFlight<Guid> ofAddress = new(MaxOfAddress);
    private readonly KeyedLimiter<TenantId> limiter = new(MaxAtOnce, MaxOfTenant, Patience, time);

    public void Dispose() => limiter.Dispose();

    public async Task RespondAsync(string token, HttpContext context)
    {
        using var entry = ofAddress.TryEnter(RateLimiter.SubjectOf(context.Connection.RemoteIpAddress));
        if (entry is null)
        {
            await TooMany($"At most {MaxOfAddress} of these pages are under way at once from one network address.").ExecuteAsync(context);
            return;
        }

        var texts = UnsubscribeTexts.Of(context.Request);
        if (links.Open(token) is not { } link)
        {
            await SayAsync(context, UnsubscribePage.Saying(texts, texts.NoSuchLink, texts.NoSuchLinkWhat), StatusCodes.Status404NotFound);
            return;
        }

        var wish = new Wish([], [], "", Done: null);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            var (body, refusal) = await BodyReader.ReadAsync(context.Request, BodyPolicy.SignIn, context.RequestAborted);
            if (refusal is not null)
            {
                await refusal.ExecuteAsync(context);
                return;
            }

            if (await FormAsync(context.Request, body, context.RequestAborted) is not { } form || Read(form, link) is not { } read)
            {
                await SayAsync(context, UnsubscribePage.Saying(texts, texts.NotUnderstood, more: null), StatusCodes.Status400BadRequest);
                return;
            }

            wish = read;
        }

        var tenant = await tenants.GetAsync(link.Tenant, context.RequestAborted);
        if (tenant.Status == TenantStatus.Gone)
        {
            await SayAsync(context, UnsubscribePage.Saying(texts, texts.SenderGone, more: null), StatusCodes.Status200OK);
            return;
        }

        var respond = await limiter.RunAsync<Func<Task>>(
            link.Tenant,
            async () =>
            {
                var chosen = wish.Done is null
                    ? await choices.FindAsync(link, context.RequestAborted)
                    : await choices.SaveAsync(link, wish.Stop, wish.Resume, wish.Source, context.RequestAborted);
                return () => SayAsync(context, UnsubscribePage.Of(texts, tenant, chosen, wish.Done), StatusCodes.Status200OK);
            },
            () => () => TooMany($"At most {MaxOfTenant} of these pages of one sender are worked on at once.").ExecuteAsync(context),
            () => () => Problems.Unavailable(RetryAfter).ExecuteAsync(context),
            context.RequestAborted);
        await respond();
    }

    private static Task SayAsync(HttpContext context, HtmlPage page, int status)
    {
        context.Response.StatusCode = status;
        return page.WriteAsync(context);
    }

    private static ProblemResult TooMany(string detail) => Problems.LimitReached(TooManyCode, detail, RetryAfter);

    /// <summary>Null for a form that asks for nothing of this page.</summary>
    private static Wish? Read(Dictionary<string, StringValues> form, OptOutLink link)
    {
        if (form.TryGetValue(OneClickField, out var click))
            return click == OneClick ? Leave(link.Scope, "one_click") : null;
        if (!form.TryGetValue(DoField, out var does))
            return null;
        switch (does.ToString())
        {
            case Stop:
                return Leave(link.Scope, "unsubscribe_page");
            case StopMarketing:
                return Leave(SuppressionScopes.Marketing, "unsubscribe_page");
            case Undo when form.TryGetValue(OfField, out var of) && of.ToString() is var scope && (scope == SuppressionScopes.Marketing || OptOuts.CategoryOf(scope) is not null):
                return new Wish([], [scope], "unsubscribe_page", new UnsubscribeDone(scope, IsUndone: true));
            case Save:
                var (shown, on) = (Values(form, ShownField), Values(form, OnField));
                return new Wish([.. shown.Except(on)], [.. shown.Intersect(on)], "preferences_page", new UnsubscribeDone(Scope: null));
            default:
                return null;
        }
    }

    private static Wish Leave(string scope, string source) => new([scope], [], source, new UnsubscribeDone(scope));

    private static HashSet<string> Values(Dictionary<string, StringValues> form, string field) =>
        form.TryGetValue(field, out var values) ? values.OfType<string>().ToHashSet(StringComparer.Ordinal) : [];

    /// <summary>Null for what is no form. All of it is in memory already.</summary>
    private static async Task<Dictionary<string, StringValues>?> FormAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return null;
        try
        {
            if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            {
                using var reader = new FormReader(StrictUtf8.GetString(body.Span)) { ValueCountLimit = MaxFields, KeyLengthLimit = 100, ValueLengthLimit = 1_000 };
                return reader.ReadForm();
            }

            return type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 100 } boundary
                ? await MultipartAsync(boundary.ToString(), body, cancellationToken)
                : null;
        }
        catch (Exception exception) when (exception is DecoderFallbackException or InvalidDataException or IOException)
        {
            return null;
        }
    }

    private static async Task<Dictionary<string, StringValues>?> MultipartAsync(string boundary, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, new MemoryStream(body.ToArray(), writable: false)) { HeadersCountLimit = 16, HeadersLengthLimit = 8 * 1024 };
        var form = new KeyValueAccumulator();
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || form.ValueCount == MaxFields)
                return null;
            using var value = new MemoryStream();
            await section.Body.CopyToAsync(value, cancellationToken);
            form.Append(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), StrictUtf8.GetString(value.GetBuffer().AsSpan(0, (int)value.Length)));
        }

        return form.GetResults();
    }

    /// <param name="Stop">Scopes to leave.</param>
    /// <param name="Resume">Scopes to take back.</param>
    /// <param name="Source">How it was said.</param>
    /// <param name="Done">What the page says of it; null: nothing is asked for.</param>
    private sealed record Wish(IReadOnlyCollection<string> Stop, IReadOnlyCollection<string> Resume, string Source, UnsubscribeDone? Done);
}
