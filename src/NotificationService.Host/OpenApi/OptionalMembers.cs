using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace NotificationService.Host.OpenApi;

/// <summary>A member that may have no value is left out of answers then, and may be left out of requests: it is not required.</summary>
internal static class OptionalMembers
{
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (schema.Required is { Count: > 0 } required)
        {
            foreach (var member in context.JsonTypeInfo.Properties.Where(member => member.IsGetNullable || Nullable.GetUnderlyingType(member.PropertyType) is not null))
                required.Remove(member.Name);
        }

        foreach (var member in context.JsonTypeInfo.Properties)
        {
            if (schema.Properties is { } members && members.TryGetValue(member.Name, out var described) && described is OpenApiSchema { AdditionalProperties: OpenApiSchema values }
                && member.AttributeProvider is PropertyInfo property && HasNullableValues(property))
            {
                values.Type |= JsonSchemaType.Null;
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>A dictionary whose values may be null, which the generator does not see.</summary>
    private static bool HasNullableValues(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).GenericTypeArguments is [_, { ReadState: NullabilityState.Nullable }];
}
