using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NotificationService.Host.Api;

namespace NotificationService.Host.OpenApi;

/// <summary>The service's own description: <c>/openapi/v1.json</c>, and <c>/swagger</c> to try it by hand.</summary>
public static class OpenApiModule
{
    private const string DocumentName = "v1";

    /// <summary>A number is written as a number and nothing else, as <see cref="StrictJson"/> reads it.</summary>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict)
        .AddOpenApi(DocumentName, options =>
        {
            options.AddDocumentTransformer(DocumentDocs.DescribeAsync);
            options.AddOperationTransformer(OperationDocs.DescribeAsync);
            options.AddSchemaTransformer(DescribeRawJsonAsync);
        });

    public static void MapOpenApiDocument(this WebApplication app) =>
        app.MapOpenApi($"/openapi/{DocumentName}.json").AllowAnonymous();

    /// <summary>Swagger UI, which is files and no route: before sign-in, and only below its own path.</summary>
    public static void UseOpenApiPages(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/swagger", StringComparison.Ordinal),
        pages => pages.Use(PageHeaders.AddAsync).UseSwaggerUI(options =>
        {
            options.RoutePrefix = "swagger";
            options.DocumentTitle = "NotificationService";
            options.SwaggerEndpoint($"/openapi/{DocumentName}.json", "NotificationService v1");
            options.EnablePersistAuthorization();
        }));

    private static Task DescribeRawJsonAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(RawJson))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Properties = null;
            schema.AdditionalPropertiesAllowed = true;
        }

        return Task.CompletedTask;
    }
}
