using System.Net;
using NotificationService.EndToEndTests.Batches;
using NotificationService.EndToEndTests.BulkJobs;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Receipts;

/// <summary>An address beyond ASCII from every door in to the suppression list; a domain in letters and in its <c>xn--</c> form is one address.</summary>
[Collection(SignInCollection.Name)]
public sealed class InternationalAddressTests(SignInService service)
{
    [Fact]
    public async Task It_is_sent_to_and_its_domain_is_kept_in_ASCII()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);

        var delivery = await tenant.SendAsync("änn@BÜCHER.example");

        await tenant.UntilAsync(delivery, "delivered");
        var notification = await tenant.ReadAsync($"/api/v1/services/notifications/{ReceiptsTenant.NotificationOf(delivery)}");
        notification.GetProperty("recipient").GetProperty("email").GetString().ShouldBe("änn@xn--bcher-kva.example");
    }

    [Theory]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@xn--bcher-kva.example", "Ann@BÜCHER.example")]
    public async Task Suppressed_in_one_form_it_is_suppressed_in_the_other(string suppressed, string written)
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        using var added = await service.PostAsync("/api/v1/admin/suppressions", new { channel = "email", address = suppressed }, tenant.Admin.AccessToken);
        added.StatusCode.ShouldBe(HttpStatusCode.Created);

        await tenant.UntilAsync(await tenant.SendAsync(written), "suppressed");

        var found = await tenant.ReadAsync($"/api/v1/admin/suppressions?address={Uri.EscapeDataString(written)}");
        found.GetProperty("items")[0].GetProperty("address").GetString().ShouldBe("ann@xn--bcher-kva.example");
    }

    [Fact]
    public async Task A_bounce_of_one_form_keeps_both_from_being_written_to()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        await tenant.UntilAsync(await tenant.SendAsync("ann+bounce@bücher.example"), "bounced");

        await tenant.UntilAsync(await tenant.SendAsync("ann+bounce@xn--bcher-kva.example"), "suppressed");
        await tenant.UntilAsync(await tenant.SendAsync("ANN+bounce@Bücher.example"), "suppressed");
    }

    [Fact]
    public async Task Batches_and_files_take_it_too()
    {
        var batches = await BatchTenant.CreateAsync(service);
        var response = await batches.AcceptedAsync("send-batch", $$$"""
            {{{{BatchTenant.Shared}}},"notifications":[{"recipient":{"email":"ann@bücher.example"},"data":{"orderId":"A-1"}},{"recipient":{"email":"änn@例。测试"},"data":{"orderId":"A-2"}}],"final":true}
            """);
        (response.GetProperty("accepted").GetInt32(), response.GetProperty("rejected").GetArrayLength()).ShouldBe((1, 1));
        (await EmailsAsync(response.GetProperty("batchId").GetGuid())).ShouldBe(["ann@xn--bcher-kva.example"]);

        var files = await BulkTenant.CreateAsync(service);
        var job = await files.JobAsync("email,name,orderId\nänn@bücher.example,Änn,A-1\na b@bücher.example,Bob,A-2\n");
        var done = await files.UntilAsync(job, "completed");
        done.GetProperty("rows").GetProperty("queued").GetInt32().ShouldBe(1);
        (await EmailsAsync(job)).ShouldBe(["änn@xn--bcher-kva.example"]);
    }

    private async Task<IReadOnlyList<string>> EmailsAsync(Guid batch) =>
        await service.Database.QueryAsync<string>($"select recipient->>'email' from notifications where batch_id = '{batch}'");
}
