using System.Text.Json.Serialization.Metadata;
using NotificationService.Storage;

namespace NotificationService.Host.Http.Json;

/// <summary>Answers in JSON: the only place that makes them, so that all are written alike.</summary>
internal static class JsonResponse
{
    public static IResult Of<T>(T value, JsonTypeInfo<T> type, string? contentType = null, int? statusCode = null) =>
        Results.Json(value, ReadableJson.Of(type), contentType, statusCode);
}
