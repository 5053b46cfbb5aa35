using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.OpenApi;

/// <summary>The service's own description: <c>/openapi/v1.json</c>, and <c>/swagger</c> to try it by hand.</summary>
public static class OpenApiModule
{
    private const string DocumentName = "v1";

    /// <summary>Marks a schema that allows anything; the mark is not written into the document.</summary>
    private const string AnyValue = "any";

    /// <summary>A number is written as a number and nothing else, as <see cref="StrictJson"/> reads it.</summary>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict)
        .AddOpenApi(DocumentName, options =>
        {
            options.AddDocumentTransformer(DocumentDocs.DescribeAsync);
            options.AddOperationTransformer(OperationDocs.DescribeAsync);
            options.AddSchemaTransformer(DescribeRawJsonAsync);
            options.AddSchemaTransformer(OneOrMany.DescribeAsync);
            options.AddSchemaTransformer(OptionalMembers.DescribeAsync);
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
            // A token that the page remembered would outlive whoever typed it in.
            options.ConfigObject.PersistAuthorization = false;
        }));

    private static Task DescribeRawJsonAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        // The values of its members come by here too, under the same type.
        if (type == typeof(RawJson) && schema.Metadata?.ContainsKey(AnyValue) is not true)
        {
            schema.Type = JsonSchemaType.Object;
            schema.Properties = null;
            // Written out: without it some generators take an object that names no member for one that has none.
            schema.AdditionalProperties = new OpenApiSchema { Metadata = new Dictionary<string, object>(StringComparer.Ordinal) { [AnyValue] = true } };
        }

        return Task.CompletedTask;
    }
}
