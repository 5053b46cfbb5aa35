using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Cors;

namespace NotificationService.Host.OpenApi;

/// <summary>Turns what a route says of itself (<see cref="RouteDocs"/>) into its operation, and adds what follows from it.</summary>
internal static class OperationDocs
{
    private const string FormContentType = "multipart/form-data";

    public static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var request = metadata.OfType<RequestDoc>().LastOrDefault();
        if (request is not null)
            operation.RequestBody = await BodyAsync(request, context, cancellationToken);
        AddExamples(operation, metadata.OfType<ResponseDoc>());
        await AddOthersAsync(operation, metadata.OfType<OtherResponseDoc>(), context, cancellationToken);
        AddTexts(operation, metadata.OfType<TextResponseDoc>());
        AddParameters(operation, metadata.OfType<ParameterDoc>());

        var signedIn = metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any();
        if (signedIn)
            operation.Security = [Requirement(DocumentDocs.OAuth, context.Document), Requirement(DocumentDocs.Bearer, context.Document)];
        if (signedIn && TestAccountRule.Refuses(metadata, context.Description.RelativePath, context.Description.HttpMethod is { } method ? [method] : null))
            operation.Description = $"{operation.Description} It changes what live uses: a test account is refused with 403 `{Problems.LiveAccountRequiredCode}`.".TrimStart();
        AddProblems(operation, context, request is not null, signedIn);
    }

    private static async Task<OpenApiRequestBody> BodyAsync(RequestDoc request, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = await context.GetOrCreateSchemaAsync(request.Type, cancellationToken: cancellationToken);
        var example = JsonNode.Parse(request.Example);
        if (request.ContentType == FormContentType)
            FillIn(schema, example);
        return new()
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [request.ContentType] = new() { Schema = schema, Example = example } },
        };
    }

    /// <summary>A page fills a form in from its fields' own examples. What the example leaves out is empty there, not the word "string" that would be sent.</summary>
    private static void FillIn(OpenApiSchema form, JsonNode? example)
    {
        foreach (var (name, field) in form.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
        {
            if (field is OpenApiSchema { Format: not "binary" } text)
                text.Examples = [example?[name]?.DeepClone() ?? JsonValue.Create("")];
        }
    }

    private static void AddExamples(OpenApiOperation operation, IEnumerable<ResponseDoc> responses)
    {
        foreach (var documented in responses)
        {
            if (operation.Responses?.TryGetValue(documented.Status.ToString(), out var response) is not true)
                continue;
            foreach (var media in response.Content?.Values ?? [])
                media.Example = JsonNode.Parse(documented.Example);
        }
    }

    private static async Task AddOthersAsync(OpenApiOperation operation, IEnumerable<OtherResponseDoc> others, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var other in others)
        {
            if (operation.Responses?.TryGetValue(other.Status.ToString(), out var response) is not true)
                continue;
            foreach (var media in response.Content?.Values ?? [])
                media.Schema = new OpenApiSchema { OneOf = [media.Schema!, await context.GetOrCreateSchemaAsync(other.Type, cancellationToken: cancellationToken)] };
        }
    }

    private static void AddTexts(OpenApiOperation operation, IEnumerable<TextResponseDoc> texts)
    {
        foreach (var text in texts)
        {
            if (operation.Responses?.TryGetValue(text.Status.ToString(), out var response) is true && response.Content is { } content)
                content[text.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = JsonValue.Create(text.Example) };
        }
    }

    private static void AddParameters(OpenApiOperation operation, IEnumerable<ParameterDoc> parameters)
    {
        foreach (var parameter in parameters)
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = parameter.InHeader ? ParameterLocation.Header : ParameterLocation.Query,
                Description = parameter.Description,
                Schema = new OpenApiSchema
                {
                    Type = parameter.Type switch
                    {
                        "integer" => JsonSchemaType.Integer,
                        "boolean" => JsonSchemaType.Boolean,
                        _ => JsonSchemaType.String,
                    },
                },
            });
        }
    }

    private static void AddProblems(OpenApiOperation operation, OpenApiOperationTransformerContext context, bool hasBody, bool signedIn)
    {
        var parameters = operation.Parameters ?? [];
        var inQuery = parameters.Any(parameter => parameter.In == ParameterLocation.Query);
        List<int> statuses = [400, 429, 500, 503];
        if (hasBody)
            statuses.AddRange([408, 413, 415]);
        if (hasBody || inQuery || parameters.Any(parameter => parameter.Name == IdempotencyKeyHeader.Name))
            statuses.Add(422);
        if (signedIn)
            statuses.AddRange([401, 403]);
        // Who signs in is refused in the same way as who is not signed in.
        else if (hasBody)
            statuses.Add(401);
        var takesCookies = $"/{context.Description.RelativePath}".StartsWith(CorsMiddleware.CookiePath, StringComparison.Ordinal);
        if (takesCookies && !signedIn)
            statuses.Add(403);
        if (context.Description.HttpMethod != HttpMethods.Get)
            statuses.Add(409);
        if (parameters.Any(parameter => parameter.In == ParameterLocation.Path))
            statuses.Add(404);

        operation.Responses ??= [];
        foreach (var status in statuses.Order())
        {
            // Where OAuth has a form of its own for an error, what the server itself refuses is a problem all the same.
            operation.Responses.TryAdd(status.ToString(), new OpenApiResponse { Description = Problems.OfStatus(status).Value.Title });
            if (operation.Responses[status.ToString()] is OpenApiResponse response)
                (response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)).TryAdd(Problem.ContentType, new() { Schema = new OpenApiSchemaReference(DocumentDocs.ProblemSchema, context.Document) });
        }

        if (takesCookies && operation.Responses["403"] is OpenApiResponse refused)
            refused.Description = $"{refused.Description}. `{CorsMiddleware.OriginCode}` for a page of another origin that had the browser send a cookie.";
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) => new()
    {
        [new OpenApiSecuritySchemeReference(scheme, document)] = [],
    };
}
