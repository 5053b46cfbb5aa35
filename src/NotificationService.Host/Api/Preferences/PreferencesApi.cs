using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Recipients.Preferences;

namespace NotificationService.Host.Api.Preferences;

/// <summary>What people want to be sent: each their own, and the tenant's backend those of all.</summary>
public static class PreferencesApi
{
    private const string Says = """{"version":3,"paused":false,"channels":{"sms":false},"categories":{"shipping":{"channels":{"sms":true}},"news":{"enabled":false}},"topics":{},"optOuts":["marketing"],"quietHours":{"timezone":"Europe/Paris","windows":[{"days":["mon","tue","wed","thu","fri"],"from":"22:00","until":"07:00"}]}}""";
    private const string Example = """{"version":4,"paused":false,"channels":{"sms":false},"categories":{"shipping":{"channels":{"sms":true}},"news":{"enabled":false}},"topics":{},"optOuts":["marketing"],"quietHours":{"timezone":"Europe/Paris","windows":[{"days":["mon","tue","wed","thu","fri"],"from":"22:00","until":"07:00"}]}}""";
    private const string Save = "All of it at once: what is left out is no opinion, but `optOuts`, which stay as they are where they are left out. With `version` it is saved only if nobody has saved since that version was read, else it is 409.";

    public static void MapPreferences(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/api/v1/users/me/preferences").WithTags("Preferences").RequireAuthorization(Policies.Inbox);
        own.MapGet("/", (HttpContext context, PreferenceStore store, CancellationToken cancellationToken) => GetAsync(context, Own(context), store, cancellationToken))
            .Documented("Shows what you want to be sent", "Version 0 is of a person who never said anything.").Responds<PreferencesResponse>(200, Example);
        own.MapPut("/", (HttpContext context, PreferenceStore store, CancellationToken cancellationToken) => SaveAsync(context, Own(context), store, cancellationToken))
            .Documented("Says what you want to be sent", Save).Takes<PreferencesRequest>(Says).Responds<PreferencesResponse>(200, Example);

        var others = routes.MapGroup("/api/v1/services/recipients/{userId}/preferences").WithTags("Preferences").RequireAuthorization(Policies.WriteRecipients).ChangesWhatLiveUses();
        others.MapGet("/", GetAsync).Documented("Shows what a person wants to be sent", "Version 0 is of a person who never said anything, whether or not anything else is known of them.").Responds<PreferencesResponse>(200, Example);
        others.MapPut("/", SaveAsync).Documented("Says what a person wants to be sent", Save).Takes<PreferencesRequest>(Says).Responds<PreferencesResponse>(200, Example);
    }

    private static async Task<IResult> GetAsync(HttpContext context, string userId, PreferenceStore store, CancellationToken cancellationToken) => Refusal(userId)
        ?? JsonResponse.Of(PreferencesResponse.Of(await store.FindAsync(context.Caller().Tenant, userId, cancellationToken)), PreferencesBodiesJson.Default.PreferencesResponse);

    private static async Task<IResult> SaveAsync(HttpContext context, string userId, PreferenceStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, PreferencesBodiesJson.Default.PreferencesRequest, cancellationToken)).Value;
        if (Refusal(userId) is { } refusal)
            return refusal;
        var errors = PreferencesRules.Check(body);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        return await store.SaveAsync(context.Caller().Tenant, userId, body.ToPreferences(), body.Version, cancellationToken) switch
        {
            PreferencesSaved.Saved saved => JsonResponse.Of(PreferencesResponse.Of(saved.Now), PreferencesBodiesJson.Default.PreferencesResponse),
            PreferencesSaved.Stale stale => Problems.Conflict($"They have been saved since: the version is {stale.Version} now. Read them again.", "version_stale"),
            PreferencesSaved.TooLarge => Problems.Validation("", "too_large", $"Preferences have at most {PreferenceStore.MaxBytes} bytes of JSON."),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static ProblemResult? Refusal(string userId) => AddressRules.UserId(userId) is { } issue ? Problems.Validation("/path/userId", issue.Code, issue.Message) : null;

    private static string Own(HttpContext context) => context.Caller().UserId ?? throw new InvalidOperationException("the policy lets people in only, and each has an id");
}
