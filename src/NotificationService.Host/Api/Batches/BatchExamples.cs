namespace NotificationService.Host.Api.Batches;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class BatchExamples
{
    private const string Id = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a50";

    public const string Open =
        """{"template":"order-shipped","channel":"email","reference":"november-sale","notifications":[{"recipient":{"email":"ann@example.com"},"data":{"orderId":"A-1009"},"reference":"A-1009"},{"recipient":{"email":"nobody"},"data":{"orderId":"A-1010"}}]}""";

    public const string Opened =
        $$"""{"batchId":"{{Id}}","accepted":1,"rejected":[{"index":1,"errors":[{"pointer":"/recipient/email","code":"email_invalid","message":"An address such as ann@example.com is expected."}]}],"repeated":[],"ids":["01994c1e-7c1e-7b1a-8f67-0d5a2f740000",null]}""";

    public const string Chunk =
        $$"""{"batchId":"{{Id}}","sequence":0,"notifications":[{"recipient":{"email":"bob@example.com"},"data":{"orderId":"A-1011"},"idempotencyKey":"A-1011-shipped"}],"final":true}""";

    public const string Added =
        $$"""{"batchId":"{{Id}}","sequence":0,"accepted":1,"rejected":[],"repeated":[],"ids":["01994c1e-7c1e-7b1a-8f67-0d5a2f780000"]}""";

    public const string Batch =
        $$"""{"id":"{{Id}}","status":"processing","reference":"november-sale","live":true,"createdAt":"2026-11-21T09:00:00.000000Z","completedAt":"2026-11-21T09:05:00.000000Z","chunks":2,"accepted":10000,"rejected":1,"repeated":0,"deliveries":{"total":10000,"pending":2500,"sent":7400,"delivered":90,"read":0,"failed":10,"bounced":0,"suppressed":0,"cancelled":0,"expired":0},"progress":0.75,"ratePerSecond":1250,"etaSeconds":2}""";

    public const string Cancelled =
        $$"""{"id":"{{Id}}","status":"cancelled","reference":"november-sale","live":true,"createdAt":"2026-11-21T09:00:00.000000Z","completedAt":"2026-11-21T09:05:00.000000Z","endedAt":"2026-11-21T09:05:02.000000Z","chunks":2,"accepted":10000,"rejected":1,"repeated":0,"deliveries":{"total":10000,"pending":0,"sent":7500,"delivered":0,"read":0,"failed":0,"bounced":0,"suppressed":0,"cancelled":2500,"expired":0},"progress":1,"etaSeconds":0}""";

    public const string Page = $$$"""{"items":[{{{Batch}}}],"pagination":{"page":1,"limit":50,"total":1,"totalPages":1,"hasNext":false,"hasPrev":false}}""";
}
