using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NotificationService.Host.Api.Realtime;
using NotificationService.Host.Api.Topics;

namespace NotificationService.Host.OpenApi;

/// <summary>An audience is one object or a list of them, and so are topics.</summary>
internal static class OneOrMany
{
    public static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonPropertyInfo?.CustomConverter is TopicKeysConverter)
        {
            (schema.Type, schema.Items) = (null, null);
            schema.OneOf = [new OpenApiSchema { Type = JsonSchemaType.String }, new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } }];
            return;
        }

        if (context.JsonPropertyInfo?.CustomConverter is not OneOrManyConverter)
            return;
        var one = await context.GetOrCreateSchemaAsync(typeof(AudienceBody), null, cancellationToken);
        (schema.Type, schema.Items) = (null, null);
        schema.OneOf = [one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one }];
    }
}
