namespace NotificationService.Host.Api.BulkJobs;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class BulkExamples
{
    private const string Id = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a60";

    public const string Accepted = $$"""{"jobId":"{{Id}}","rows":1000}""";

    public const string Upload = """{"template":"order-shipped","channel":"email","name":"november sale"}""";

    public const string Columns = """{"template":"order-shipped","channels":["email"],"columns":["E-mail","Order ID","Shelf"],"mapping":{"Shelf":"ignore"}}""";

    public const string ColumnsTaken =
        """{"template":{"key":"order-shipped","version":3},"columns":[{"column":"E-mail","target":"recipient.email"},{"column":"Order ID","target":"data.orderId"},{"column":"Shelf"}],"targets":["recipient.userId","recipient.name","recipient.email","reference","data.orderId","data.name"],"problems":[{"code":"csv_column_missing","message":"The template needs 'name', for which the file has no column.","column":"name"}]}""";

    public const string Retried = """{"requeued":3}""";

    public const string Items =
        """{"items":[{"row":2,"status":"delivered","notificationId":"01994c1e-7c1e-7b1a-8f67-0d5a2f740000","cells":{"email":"ann@example.com","Order ID":"A-1009"}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""";

    public const string Job =
        $$"""{"jobId":"{{Id}}","status":"running","name":"november sale","mode":"skip_bad_rows","dryRun":false,"live":true,"template":{"key":"order-shipped","version":3},"columns":{"email":"recipient.email","Order ID":"data.orderId"},"encoding":"utf-8","delimiter":",","fileHash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","fileBytes":42000,"rows":{"total":1000,"done":500,"queued":498,"bad":2,"repeated":0},"progress":0.5,"deliveries":{"total":498,"pending":98,"sent":400,"delivered":0,"read":0,"failed":0,"bounced":0,"suppressed":0,"cancelled":0,"expired":0},"createdAt":"2026-11-21T09:00:00.000000Z"}""";

    public const string Jobs = $$$"""{"items":[{{{Job}}}],"pagination":{"page":1,"limit":50,"total":1,"totalPages":1,"hasNext":false,"hasPrev":false}}""";
}
