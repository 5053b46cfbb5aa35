using NotificationService.Erasure;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Tenants;

/// <summary>Everything that a tenant has, to take along.</summary>
public static class TenantExportApi
{
    private const string Root = "/api/v1/admin/tenant";
    private const string LineType = "application/x-ndjson";

    public static void MapTenantExport(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Tenant").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapPost("/export", RequestAsync)
            .Documented("Ask for everything that the tenant has", "For a person who is admin. Nothing is stored for it: the file is made while it is fetched, by any admin of the tenant, as often as wanted for 24 hours. The log has who asked.")
            .Responds<TenantExportResponse>(202, """{"exportId":"00000000-6a1f-4b2e-9c1e-7b1a8f670d5a","expiresAt":"2026-11-22T09:00:00.000000Z"}""");
        group.MapGet("/exports/{id:guid}", FetchAsync)
            .Documented("Fetch everything that the tenant has", $"A line of JSON for each row: its table and its columns. Secrets, hashes and tokens are left out. A row that changes meanwhile stands as it was when its page was read. At most {TenantExportPlaces.Max} are fetched at once at a process, {TenantExportPlaces.MaxOfTenant} of a tenant: the next is a 429 (too_many_exports). A page of fifty rows has to be taken within {TenantExportPlaces.LongestPage.TotalSeconds:0} seconds: the connection of who does not is closed, and what arrived ends in the middle of the file.")
            .RespondsText(200, LineType, "{\"table\":\"templates\",\"row\":{\"key\":\"welcome\"}}\n");
    }

    private static async Task<IResult> RequestAsync(HttpContext context, ExportTickets tickets, TenantExport export, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (caller.Kind != CallerKind.User)
            return OnlyPeople();
        var (id, expiresAt) = tickets.Issue(caller.Tenant);
        await export.RecordAsync(caller, id, cancellationToken);
        context.Response.Headers.Location = $"{Root}/exports/{id}";
        return JsonResponse.Of(new TenantExportResponse(id, expiresAt), TenantJson.Default.TenantExportResponse, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> FetchAsync(Guid id, HttpContext context, ExportTickets tickets, TenantExport export, TenantExportPlaces places, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (caller.Kind != CallerKind.User)
            return OnlyPeople();
        if (!tickets.IsGood(id, caller.Tenant))
            return Problems.NotFound();
        var (place, refusal) = places.TryEnter(caller.Tenant);
        if (place is null)
            return Problems.LimitReached("too_many_exports", refusal!, TimeSpan.FromMinutes(1));
        using (place)
        {
            context.Response.ContentType = LineType;
            context.Response.Headers.ContentDisposition = "attachment; filename=\"tenant.ndjson\"";
            context.Response.Headers.CacheControl = "no-store";
            // Half a file that looks whole would be worse than none.
            if (!await places.SendAsync(export.PagesAsync(caller.Tenant, cancellationToken), context.Response.Body, cancellationToken))
                context.Abort();
            return Results.Empty;
        }
    }

    private static ProblemResult OnlyPeople() => Problems.Of(403, "forbidden", "This caller may not do that", "A signed-in person is needed here, not a service account.");
}
