using System.Text;
using System.Text.Json;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Storage;
using NotificationService.Templates.Files;
using NotificationService.Templates.Fragments;

namespace NotificationService.Host.Api.Templates;

/// <summary>Templates, layouts and partials as a file: out of one tenant, into a repository or another tenant.</summary>
internal static class TemplateFilesApi
{
    private const string Example = """{"format":1,"partials":[{"key":"footer","name":"Footer","contents":{"email":{"en":{"html":"<p>Acme Ltd</p>"}}}}],"layouts":[],"templates":[{"key":"order-shipped","name":"Order shipped","category":"shipping","contents":{"email":{"en":{"subject":"Your order {{orderId}}","html":"<p>Hello</p>{{> footer}}"}}}}]}""";

    /// <summary>Two hundred items of some forty kilobytes each.</summary>
    private static readonly BodyPolicy Body = new(8 << 20, TimeSpan.FromSeconds(60), 4 * 1024);

    public static void MapTemplateFiles(this RouteGroupBuilder group)
    {
        group.MapGet("/export", ExportAsync).Documented("Export templates, layouts and partials as a file", "Always in the same order and form, so that it can be kept in a repository. What is every tenant's is not in it.")
            .Query("drafts", "true takes the newest version of each template, in place of the published one.", "boolean").Responds<TemplateFileBody>(200, Example);
        group.MapPost("/import", ImportAsync).Documented("Import templates, layouts and partials from a file", $"Each item by itself: what is already so is left alone, so that the same file again changes nothing. At most {TemplateFile.MaxItems} items and 8 MiB.")
            .Query("publish", "true publishes the templates, in place of leaving drafts.", "boolean").Query("dryRun", "true stores nothing and says what would be done.", "boolean")
            .Takes<TemplateFileBody>(Example)
            .Responds<ImportResponse>(200, """{"items":[{"kind":"partial","key":"footer","status":"created"},{"kind":"template","key":"order-shipped","status":"created","version":1,"published":false}]}""");
    }

    private static async Task<IResult> ExportAsync(HttpContext context, TemplateExport export, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var newest = query.Flag("drafts");
        if (query.Refusal() is { } refusal)
            return refusal;
        var (response, tenant) = (context.Response, context.Caller().Tenant);
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"templates.json\"";
        response.Headers.CacheControl = "no-store";
        await using var writer = new Utf8JsonWriter(response.Body, ReadableJson.Writer with { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("format", TemplateFile.Format);
        await WriteAsync(writer, "partials", export.FragmentsAsync(tenant, FragmentKind.Partial, cancellationToken), cancellationToken);
        await WriteAsync(writer, "layouts", export.FragmentsAsync(tenant, FragmentKind.Layout, cancellationToken), cancellationToken);
        await WriteAsync(writer, "templates", export.TemplatesAsync(tenant, newest, cancellationToken), cancellationToken);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
        return Results.Empty;
    }

    private static async Task WriteAsync(Utf8JsonWriter writer, string name, IAsyncEnumerable<TemplateFileItem> items, CancellationToken cancellationToken)
    {
        writer.WriteStartArray(name);
        await foreach (var item in items)
        {
            writer.WriteStartObject();
            writer.WriteString("key", item.Key);
            writer.WriteString("name", item.Name);
            if (item.Category is not null)
                writer.WriteString("category", item.Category);
            if (item.Layout is not null)
                writer.WriteString("layout", item.Layout);
            writer.WritePropertyName("contents");
            using (var contents = JsonDocument.Parse(item.Contents))
                contents.RootElement.WriteTo(writer);
            WritePinned(writer, item);
            writer.WriteEndObject();
            await writer.FlushAsync(cancellationToken);
        }

        writer.WriteEndArray();
    }

    private static void WritePinned(Utf8JsonWriter writer, TemplateFileItem item)
    {
        if (item.Variables is not null)
        {
            writer.WritePropertyName("variables");
            using var variables = JsonDocument.Parse(item.Variables);
            variables.RootElement.WriteTo(writer);
        }

        if (item.Samples is not { Count: > 0 } samples)
            return;
        writer.WriteStartArray("samples");
        foreach (var sample in samples)
        {
            writer.WriteStartObject();
            writer.WriteString("name", sample.Name);
            writer.WritePropertyName("data");
            sample.Data.WriteTo(writer);
            if (sample.Locale is not null)
                writer.WriteString("locale", sample.Locale);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static async Task<IResult> ImportAsync(HttpContext context, TemplateImport import, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (publish, dryRun) = (query.Flag("publish"), query.Flag("dryRun"));
        if (query.Refusal() is { } refusal)
            return refusal;
        var file = (await JsonBody.ReadAsync(context.Request, TemplateFilesJson.Default.TemplateFileBody, Body, cancellationToken)).Value;
        List<TemplateFileItem> items = [.. Items("partial", "/partials", file.Partials), .. Items("layout", "/layouts", file.Layouts), .. Items(TemplateFile.Template, "/templates", file.Templates)];
        var errors = Check(file.Format, items);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var results = await import.RunAsync(context.Caller(), items, publish, dryRun, cancellationToken);
        return JsonResponse.Of(
            new ImportResponse([.. results.Select(result => new ImportedItem(
                result.Item.Kind,
                result.Item.Key,
                result.Status,
                result.Version,
                result.Item.Kind == TemplateFile.Template ? result.IsPublished : null,
                result.Issues.Count == 0 ? null : [.. result.Issues.Select(issue => new FieldError(result.Item.Pointer + issue.Pointer, issue.Code, issue.Message))]))]),
            TemplateFilesJson.Default.ImportResponse);
    }

    private static IEnumerable<TemplateFileItem> Items(string kind, string pointer, IReadOnlyList<TemplateFileEntry>? entries) => (entries ?? []).Take(TemplateFile.MaxItems + 1)
        .Select((entry, index) => new TemplateFileItem(kind, entry.Key, entry.Name, entry.Category, entry.Layout, Encoding.UTF8.GetString(entry.Contents.Utf8.Span))
        {
            Pointer = $"{pointer}/{index}",
            Variables = entry.Variables is { Utf8.IsEmpty: false } variables ? Encoding.UTF8.GetString(variables.Utf8.Span) : null,
            Samples = TemplateResponses.Samples(entry.Samples),
        });

    private static List<FieldError> Check(int format, List<TemplateFileItem> items)
    {
        var errors = new List<FieldError>();
        if (format != TemplateFile.Format)
            errors.Add(new("/format", "format_unknown", $"This is a file of another form; {TemplateFile.Format} is understood."));
        if (items.Count > TemplateFile.MaxItems)
            errors.Add(new("", "too_many", $"At most {TemplateFile.MaxItems} items are imported at once."));
        var seen = new HashSet<(string, string)>();
        foreach (var item in items.Take(TemplateFile.MaxItems))
        {
            errors.AddRange(TemplateResponses.Check(item.Key, item.Name, item.Category).Concat(TemplateResponses.Check(item.Layout, note: null))
                .Select(error => error with { Pointer = item.Pointer + error.Pointer }));
            if (item.Kind != TemplateFile.Template && ((item.Category ?? item.Layout ?? item.Variables) is not null || item.Samples is not null))
                errors.Add(new(item.Pointer, "unknown_field", "A layout or partial has no category, no layout, no variables and no samples."));
            if (!seen.Add((item.Kind, item.Key)))
                errors.Add(new($"{item.Pointer}/key", "duplicate", "The key stands in the file twice."));
        }

        return errors;
    }
}
