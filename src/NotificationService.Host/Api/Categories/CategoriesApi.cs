using NotificationService.Categories;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Categories;

/// <summary>What notifications are about, and what holds for all that are about one thing.</summary>
public static class CategoriesApi
{
    private const string Root = "/api/v1/admin/categories";
    private const string Says = """{"name":"Shipping","names":{"fr":"Livraison"},"channels":{"sms":false},"critical":false,"marketing":false,"digestable":true,"expiresAfter":86400,"throttle":{"max":3,"window":3600}}""";
    private const string Wanted = """{"key":"shipping","name":"Shipping","names":{"fr":"Livraison"},"channels":{"sms":false},"critical":false,"marketing":false,"digestable":true,"expiresAfter":86400,"throttle":{"max":3,"window":3600}}""";
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0d01","key":"shipping","name":"Shipping","names":{"fr":"Livraison"},"channels":{"sms":false},"critical":false,"marketing":false,"digestable":true,"expiresAfter":86400,"throttle":{"max":3,"window":3600},"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    public static void MapCategories(this IEndpointRouteBuilder routes)
    {
        var reading = routes.MapGroup(Root).WithTags("Categories").RequireAuthorization(Policies.Viewer);
        reading.MapGet("/", ListAsync).Documented("List categories, by key").QueryPaging()
            .Responds<Page<CategoryResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        reading.MapGet("/{category}", GetAsync).Documented("Get a category", "By its key or id.").Responds<CategoryResponse>(200, Example);

        var changing = routes.MapGroup(Root).WithTags("Categories").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        changing.MapPost("/", CreateAsync).Documented("Create a category", $"A key that a send uses first becomes a category by itself, one that says nothing. At most {CategoryStore.MaxOfTenant} of a tenant; a send under one more is 422 `category_limit`.")
            .Takes<CategoryRequest>(Wanted).Responds<CategoryResponse>(201, Example);
        changing.MapPut("/{category}", ReplaceAsync).Documented("Replace a category", "By its key or id. What is left out is as in a new one. It counts for what is accepted or claimed from then on.")
            .Takes<CategoryRequest>(Says).Responds<CategoryResponse>(200, Example);
        changing.MapPatch("/{category}", UpdateAsync).Documented("Change a category", "By its key or id. What is left out stays; to take away `expiresAfter` or `throttle`, replace it.")
            .Takes<CategoryRequest>("""{"critical":true}""").Responds<CategoryResponse>(200, Example);
        changing.MapDelete("/{category}", RemoveAsync).Documented("Delete a category", "By its key or id. The next send under its key makes one that says nothing; what people prefer of the key stays.").RespondsNoContent();
    }

    private static async Task<IResult> ListAsync(HttpContext context, CategoryStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var paging = query.Paging();
        if (query.Refusal() is { } refusal)
            return refusal;
        var (items, total) = await store.ListAsync(context.Caller().Tenant, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered<CategoryResponse>([.. items.Select(CategoryResponse.Of)], total), CategoriesJson.Default.PageCategoryResponse);
    }

    private static async Task<IResult> GetAsync(string category, HttpContext context, CategoryStore store, CancellationToken cancellationToken) =>
        CouldBe(category) && await store.FindAsync(context.Caller().Tenant, category, cancellationToken) is { } found
            ? JsonResponse.Of(CategoryResponse.Of(found), CategoriesJson.Default.CategoryResponse)
            : Problems.NotFound();

    private static async Task<IResult> CreateAsync(HttpContext context, CategoryStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, CategoriesJson.Default.CategoryRequest, cancellationToken)).Value;
        var errors = CategoryRules.Check(body, isNew: true);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var saved = await store.CreateAsync(context.Caller(), body.Key!, body.ToChange(isWhole: true), cancellationToken);
        if (saved is CategorySaved.Saved { Category.Id: var id })
            context.Response.Headers.Location = $"{Root}/{id}";
        return Respond(saved, StatusCodes.Status201Created);
    }

    private static Task<IResult> ReplaceAsync(string category, HttpContext context, CategoryStore store, CancellationToken cancellationToken) => ChangeAsync(category, isWhole: true, context, store, cancellationToken);

    private static Task<IResult> UpdateAsync(string category, HttpContext context, CategoryStore store, CancellationToken cancellationToken) => ChangeAsync(category, isWhole: false, context, store, cancellationToken);

    private static async Task<IResult> ChangeAsync(string category, bool isWhole, HttpContext context, CategoryStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, CategoriesJson.Default.CategoryRequest, cancellationToken)).Value;
        // Another tenant's category is not there, whatever was sent for it.
        if (!CouldBe(category) || await store.FindAsync(context.Caller().Tenant, category, cancellationToken) is not { } found)
            return Problems.NotFound();
        var errors = CategoryRules.Check(body.Key == found.Key ? body with { Key = null } : body, isNew: false);
        return errors.Count > 0
            ? Problems.Validation(errors)
            : Respond(await store.ChangeAsync(context.Caller(), category, body.ToChange(isWhole), cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> RemoveAsync(string category, HttpContext context, CategoryStore store, CancellationToken cancellationToken) =>
        CouldBe(category) && await store.RemoveAsync(context.Caller(), category, cancellationToken) ? Results.NoContent() : Problems.NotFound();

    /// <summary>A text that no key is, such as one with a NUL, is not asked for.</summary>
    private static bool CouldBe(string category) => category.Length is > 0 and <= Category.LongestKey && StorableText.Of(category, Category.LongestKey) == category;

    private static IResult Respond(CategorySaved saved, int status) => saved switch
    {
        CategorySaved.Saved done => JsonResponse.Of(CategoryResponse.Of(done.Category), CategoriesJson.Default.CategoryResponse, statusCode: status),
        CategorySaved.KeyTaken => Problems.Conflict("There is a category with this key already.", "key_taken"),
        CategorySaved.LimitReached => Problems.Of(StatusCodes.Status422UnprocessableEntity, "category_limit", "The tenant has too many categories", $"A tenant has at most {CategoryStore.MaxOfTenant} categories."),
        CategorySaved.ChangedMeanwhile => Problems.Conflict("Somebody else changed the category at the same moment. Read it again."),
        _ => Problems.NotFound(),
    };
}
