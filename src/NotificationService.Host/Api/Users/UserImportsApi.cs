using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using NotificationService.BulkJobs.Csv;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Users.Imports;

namespace NotificationService.Host.Api.Users;

/// <summary>People invited from a CSV file, by the workers.</summary>
public static class UserImportsApi
{
    private const string Path = $"{UsersApi.Path}/csv";
    private const int LongestBoundary = 200;
    private const string Example =
        """{"jobId":"01890a5d-ac96-774b-bcce-b302099a8057","status":"running","rows":500,"invited":150,"rejected":2,"createdAt":"2026-01-31T09:30:00.000000Z","endedAt":null}""";

    public static void MapUserImports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Users").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapPost("/", TakeAsync)
            .Documented("Invites the people of a CSV file", $"A form with the field `file`: columns `email` and `name`, and if you like `userId`, `roles` and `groups` with `|` between several; who has no role is a `user`. At most {UserCsv.MaxRows} rows and 1 MiB. Each row is invited by itself; a file that comes again invites nobody twice. A tenant has at most {UserImportStore.MaxOpen} files that are not done: 429 `too_many_uploads`.")
            .Takes<UserCsvForm>("""{"file":"email,name,roles\nbob@example.com,Bob,operator\n"}""", "multipart/form-data")
            .Responds<UserImportTaken>(StatusCodes.Status202Accepted, """{"jobId":"01890a5d-ac96-774b-bcce-b302099a8057"}""");
        group.MapGet("/{jobId:guid}", GetAsync).Documented("Shows how far a file of people is").Responds<UserImportResponse>(StatusCodes.Status200OK, Example);
        group.MapGet("/{jobId:guid}/results", ResultsAsync)
            .Documented("Lists what became of the rows", "In the order of the file, for 30 days.").Query("limit", "The most items of a page: 1 to 100, 50 by default.", "integer").Query("after", "The line of the last item of the page before.", "integer")
            .Responds<UserImportResults>(StatusCodes.Status200OK, """{"items":[{"line":2,"status":"invited","id":"01890a5d-ac96-774b-bcce-b302099a8057"},{"line":3,"status":"rejected","errors":[{"pointer":"/email","code":"email_taken","message":"The address is another user's of this tenant."}]}]}""");
    }

    private static async Task<IResult> TakeAsync(HttpContext context, UserImportStore imports, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= LongestBoundary } boundary)
            return Problems.Of(415, "unsupported_media_type", "The request body has an unsupported media type", "Send multipart/form-data with the field 'file'.");
        var (bytes, refusal) = await BodyReader.ReadAsync(context.Request, BodyPolicy.Json, cancellationToken);
        if (refusal is not null)
            return refusal;
        try
        {
            if (await FileAsync(bytes, boundary, cancellationToken) is not { } file)
                return Problems.Validation("/file", "required", "The field 'file' with the CSV file is needed, and no other.");
            var rows = await UserCsv.ReadAsync(file, cancellationToken);
            return await imports.AddAsync(context.Caller(), rows, cancellationToken) is { } job
                ? JsonResponse.Of(new UserImportTaken(job), UserImportsJson.Default.UserImportTaken, statusCode: StatusCodes.Status202Accepted)
                : Problems.LimitReached("too_many_uploads", $"At most {UserImportStore.MaxOpen} files of one tenant wait to be worked.", TimeSpan.FromSeconds(30));
        }
        catch (CsvRefusedException refused)
        {
            return Problems.Validation("/file", refused.Refusal.Code, refused.Refusal.Message);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return Problems.BadRequest("multipart_invalid", "The form could not be read");
        }
    }

    /// <summary>The file, if the form holds it and nothing else. All of it is in memory already.</summary>
    private static async Task<Stream?> FileAsync(ReadOnlyMemory<byte> form, string boundary, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, new MemoryStream(form.ToArray(), writable: false)) { HeadersCountLimit = 16, HeadersLengthLimit = 8 * 1024 };
        if (await reader.ReadNextSectionAsync(cancellationToken) is not { } section
            || !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name).Value != "file")
            return null;
        var file = new MemoryStream();
        await section.Body.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        return await reader.ReadNextSectionAsync(cancellationToken) is null ? file : null;
    }

    private static async Task<IResult> GetAsync(Guid jobId, HttpContext context, UserImportStore imports, CancellationToken cancellationToken) =>
        await imports.FindAsync(context.Caller().Tenant, jobId, cancellationToken) is { } import
            ? JsonResponse.Of(UserImportResponse.Of(import), UserImportsJson.Default.UserImportResponse)
            : Problems.NotFound();

    private static async Task<IResult> ResultsAsync(Guid jobId, HttpContext context, UserImportStore imports, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (limit, after) = (query.Number("limit", QueryReader.DefaultLimit, 1, QueryReader.MaxLimit, "limit_range"), query.Number("after", 0, 0, int.MaxValue));
        if (query.Refusal() is { } refusal)
            return refusal;
        return await imports.RowsAsync(context.Caller().Tenant, jobId, after, limit, cancellationToken) is { } rows
            ? JsonResponse.Of(new UserImportResults([.. rows.Select(UserImportResult.Of)]), UserImportsJson.Default.UserImportResults)
            : Problems.NotFound();
    }
}

/// <summary>The form of a file of people.</summary>
/// <param name="File">The CSV file.</param>
public sealed record UserCsvForm(IFormFile File);

/// <summary>A file of people that was taken.</summary>
/// <param name="JobId">What to ask for how far it is.</param>
public sealed record UserImportTaken(Guid JobId);

/// <summary>How far a file of people is.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Status">running or completed.</param>
/// <param name="Rows">Of the file, without its header.</param>
/// <param name="Invited">Rows whose person was invited.</param>
/// <param name="Rejected">Rows with something wrong.</param>
/// <param name="CreatedAt">When it was taken.</param>
/// <param name="EndedAt">When the last row was worked.</param>
public sealed record UserImportResponse(Guid JobId, string Status, int Rows, int Invited, int Rejected, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    internal static UserImportResponse Of(UserImport import) =>
        new(import.Id, import.EndedAt is null ? "running" : "completed", import.Rows, import.Invited, import.Rejected, import.CreatedAt, import.EndedAt);
}

/// <summary>What became of rows.</summary>
/// <param name="Items">In the order of the file.</param>
public sealed record UserImportResults(IReadOnlyList<UserImportResult> Items);

/// <summary>What became of a row.</summary>
/// <param name="Line">Of the file; the header's is 1.</param>
/// <param name="Status">waiting, invited or rejected.</param>
/// <param name="Id">The user's id.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record UserImportResult(
    int Line,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FieldError>? Errors)
{
    internal static UserImportResult Of(UserImportRow row) => new(
        row.Line, row.State.ToString().ToLower(CultureInfo.InvariantCulture), row.AccountId,
        row.Code is null ? null : [new FieldError(string.IsNullOrEmpty(row.Field) ? "" : $"/{row.Field}", row.Code, row.Message ?? "")]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UserImportTaken))]
[JsonSerializable(typeof(UserImportResponse))]
[JsonSerializable(typeof(UserImportResults))]
public sealed partial class UserImportsJson : JsonSerializerContext;
