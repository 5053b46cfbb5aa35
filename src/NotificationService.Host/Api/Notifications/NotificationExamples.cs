namespace NotificationService.Host.Api.Notifications;

/// <summary>The examples of the OpenAPI document.</summary>
internal static class NotificationExamples
{
    public const string Id = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a10";
    private const string EmailId = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11";
    private const string InAppId = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a15";

    public const string Send =
        """{"template":"order-shipped","channels":["email","in_app"],"recipient":{"userId":"u-123","name":"Ann","email":"ann@example.com","locale":"fr-CA"},"data":{"orderId":"A-1009"},"reference":"order-1009"}""";

    public const string Accepted =
        $$$"""{"id":"{{{Id}}}","status":"queued","reference":"order-1009","template":{"key":"order-shipped","version":3},"deliveries":[{"id":"{{{EmailId}}}","channel":"email","status":"queued"},{"id":"{{{InAppId}}}","channel":"in_app","status":"queued"}]}""";

    public const string DryRun =
        """{"dryRun":true,"status":"queued","template":{"key":"order-shipped","version":3},"deliveries":[{"channel":"email","status":"queued","locale":"fr","content":{"subject":"Votre commande A-1009 est en route","html":"<p>Bonjour Ann</p>"}}],"explain":[{"code":"template","message":"template order-shipped, version 3, is rendered"},{"channel":"email","code":"locale","message":"the content in fr is used"},{"channel":"email","code":"provider","message":"the first provider in order is main (smtp)"}]}""";

    private const string Delivery =
        $$$"""{"id":"{{{EmailId}}}","channel":"email","status":"sent","ambiguous":false,"provider":{"id":"01994c1e-0000-7b1a-8f67-0d5a2f7c0b00","name":"main"},"providerMessageId":"14c5d75ce93.dfd.64b469","engagement":{"openedAt":"2026-11-21T09:14:02.000000Z"},"attempts":[{"number":1,"outcome":"accepted","startedAt":"2026-11-21T09:00:00.012000Z","finishedAt":"2026-11-21T09:00:00.071000Z","provider":{"id":"01994c1e-0000-7b1a-8f67-0d5a2f7c0b00","name":"main"},"providerMessageId":"14c5d75ce93.dfd.64b469"}]}""";

    public const string Details =
        $$$"""{"id":"{{{Id}}}","status":"sent","reference":"order-1009","template":{"key":"order-shipped","version":3},"category":"shipping","priority":"normal","strategy":"all","live":true,"recipient":{"userId":"u-123","name":"Ann","email":"ann@example.com"},"data":{"orderId":"A-1009"},"createdAt":"2026-11-21T09:00:00.000000Z","deliveries":[{{{Delivery}}}]}""";

    public const string Timeline =
        $$$"""{"items":[{"deliveryId":"{{{EmailId}}}","channel":"email","sequence":1,"status":"queued","at":"2026-11-21T09:00:00.000000Z"},{"deliveryId":"{{{EmailId}}}","channel":"email","sequence":2,"status":"sending","at":"2026-11-21T09:00:00.012000Z","attempt":{"number":1,"outcome":"accepted","startedAt":"2026-11-21T09:00:00.012000Z","finishedAt":"2026-11-21T09:00:00.071000Z"}},{"deliveryId":"{{{EmailId}}}","channel":"email","sequence":3,"status":"sent","at":"2026-11-21T09:00:00.071000Z"}]}""";

    public const string Explanation =
        $$$"""{"id":"{{{Id}}}","status":"sent","explain":[{"at":"2026-11-21T09:00:00.000000Z","code":"accepted","message":"accepted from service account Shop"},{"at":"2026-11-21T09:00:00.000000Z","code":"template","message":"template order-shipped, version 3, is rendered"},{"at":"2026-11-21T09:00:00.000000Z","code":"priority","message":"priority normal"},{"at":"2026-11-21T09:00:00.000000Z","channel":"email","code":"locale","message":"the content in fr is used"},{"at":"2026-11-21T09:00:00.012000Z","channel":"email","code":"provider","message":"provider main (smtp), priority 1, weight 100: chosen"},{"at":"2026-11-21T09:00:00.071000Z","channel":"email","code":"accepted","message":"attempt 1: it was accepted"},{"at":"2026-11-21T09:00:00.071000Z","channel":"email","code":"sent","message":"sent"},{"at":"2026-11-21T09:00:04.310000Z","channel":"email","code":"delivered","message":"delivered: main reported delivered; it came at 2026-11-21T09:00:04Z","callback":{"receiptId":"01994c1e-8c1e-7b1a-8f67-0d5a2f7c0a31","provider":"main","kind":"delivered","occurredAt":"2026-11-21T09:00:03.000000Z","receivedAt":"2026-11-21T09:00:04.271000Z","appliedAt":"2026-11-21T09:00:04.310000Z","raw":"{\"event\":\"delivered\",\"email\":\"[address]\",\"timestamp\":1795251603}"}}]}""";

    public const string Page =
        $$$"""{"items":[{"id":"{{{Id}}}","status":"sent","reference":"order-1009","template":{"key":"order-shipped","version":3},"category":"shipping","priority":"normal","live":true,"recipient":{"userId":"u-123","email":"ann@example.com"},"createdAt":"2026-11-21T09:00:00.000000Z","deliveries":[{"id":"{{{EmailId}}}","channel":"email","status":"sent"}]}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""";

    public const string Cancelled =
        $$$"""{"id":"{{{Id}}}","status":"sent","deliveries":[{"id":"{{{EmailId}}}","channel":"email","status":"cancelled","changed":true},{"id":"{{{InAppId}}}","channel":"in_app","status":"sent","changed":false}]}""";

    public const string Retried =
        $$$"""{"id":"{{{Id}}}","status":"queued","deliveries":[{"id":"{{{EmailId}}}","channel":"email","status":"queued","changed":true}]}""";

    public const string DeadLetter =
        $$$"""{"id":"{{{EmailId}}}","notificationId":"{{{Id}}}","channel":"email","reference":"order-1009","template":{"key":"order-shipped","version":3},"priority":"normal","attempts":6,"ambiguous":false,"failure":{"kind":"exhausted","code":"http_503","message":"the provider was not available","provider":"main"},"acceptedAt":"2026-11-21T09:00:00.000000Z","failedAt":"2026-11-21T15:12:40.000000Z","live":true}""";

    public const string Requeued = $$$"""{"requeued":1,"deliveries":[{"id":"{{{EmailId}}}","channel":"email","status":"queued","changed":true}]}""";
}
