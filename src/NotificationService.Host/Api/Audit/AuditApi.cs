using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Audit;

/// <summary>Who did what, from where, and whether what is written of it still holds.</summary>
public static class AuditApi
{
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0b01","at":"2026-11-21T09:00:00.000000Z","actor":{"kind":"user","id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"Ann"},"action":"provider.updated","target":"provider/01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","from":{"ip":"203.0.113.7","userAgent":"Mozilla/5.0"},"before":{"enabled":true},"after":{"enabled":false},"sequence":12,"hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}""";

    public static void MapAuditLog(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/audit-log").WithTags("Audit log").RequireAuthorization(Policies.Admin);
        group.MapGet("/", ListAsync)
            .Documented(
                "List the audit log, newest first",
                "With 'Accept: text/csv' all that matches is answered as a CSV file. Secrets are masked, and of recipients nothing is written. Of several filters one is looked up, the others are tried on the newest 200 entries of it: a page may be short, and says with nextCursor where to go on.")
            .Query("actor", "Only what this person or service account did: its id.").Query("action", "Only this, such as template.published.").Query("target", "Only to this, such as template/welcome.")
            .Query("since", "From this time on.").Query("until", "Before this time.").QueryPaging(cursor: true)
            .Responds<Page<AuditEntryResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false}}""")
            .AlsoRespondsText(200, "text/csv", "id,at,actorKind,actorId,actorName,action,target,ip,userAgent,before,after,sequence,hash\r\n");
        group.MapPost("/verify", VerifyAsync).OpenToTestAccounts()
            .Documented(
                "Verify the audit log's chain",
                "Each entry's hash covers the hash before it and all its fields, so that a change of an entry, or one that is missing, is found. 'firstBroken' says where: its id is null for an entry that is missing. What was purged is not missing. 409 (verification_running) while another verification of the tenant runs.")
            .Responds<AuditVerdictResponse>(200, """{"valid":true,"entries":1204,"firstBroken":null}""");
    }

    private static async Task<IResult> ListAsync(HttpContext context, AuditLogList list, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var filter = new AuditFilter(query.Id("actor"), query.Text("action"), query.Text("target", 300), query.Instant("since"), query.Instant("until"));
        var tenant = context.Caller().Tenant;
        var scope = $"{tenant} audit {filter.Actor} {filter.Action} {filter.Target} {filter.Since:u} {filter.Until:u}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        if (AuditCsv.IsWanted(context.Request))
            return new AuditCsv(list.AllAsync(tenant, filter, cancellationToken));
        return JsonResponse.Of(paging.Respond(await list.ListAsync(tenant, filter, paging.Request, cancellationToken), AuditEntryResponse.Of, scope), AuditJson.Default.PageAuditEntryResponse);
    }

    private static async Task<IResult> VerifyAsync(HttpContext context, AuditVerification verification, CancellationToken cancellationToken) =>
        await verification.VerifyAsync(context.Caller().Tenant, cancellationToken) is { } verdict
            ? JsonResponse.Of(AuditVerdictResponse.Of(verdict), AuditJson.Default.AuditVerdictResponse)
            : Problems.Conflict("A verification of this audit log is running: wait for it.", "verification_running");
}
