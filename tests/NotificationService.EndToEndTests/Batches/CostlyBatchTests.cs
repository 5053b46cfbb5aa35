using System.Globalization;
using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Attacks;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>A call whose items each take as long as one may does not take that ten thousand times.</summary>
[Collection(BatchesCollection.Name)]
public sealed class CostlyBatchTests(SignInService service)
{
    [Fact]
    public async Task Items_behind_costly_ones_are_rejected_unseen_and_taken_in_another_call()
    {
        var tenant = await BatchTenant.CreateAsync(service, KnownAttacks.CostlyContents);

        var response = await tenant.AcceptedAsync("send-batch", $$"""
            {"template":"own","channel":"email","data":{{JsonSerializer.Serialize(KnownAttacks.CostlyData)}},
             "notifications":[{{BatchTenant.Items(0, 2_000)}}, {{BatchTenant.Item(2_000, ",\"data\":{\"items\":[]}")}}]}
            """);

        var codes = response.GetProperty("rejected").EnumerateArray().Select(item => item.GetProperty("errors")[0].GetProperty("code").GetString()).ToList();
        codes.Count.ShouldBe(2_001);
        // Each took 250 to 300 ms of the call's 4 s.
        codes.TakeWhile(code => code == "render_limit").Count().ShouldBeInRange(14, 16);
        codes.SkipWhile(code => code == "render_limit").ShouldAllBe(code => code == "check_time_exceeded");

        using var later = await tenant.AddAsync(response.GetProperty("batchId").GetGuid(), 0, BatchTenant.Item(2_000, ",\"data\":{\"items\":[]}"));
        later.StatusCode.ShouldBe(HttpStatusCode.Accepted, await later.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(later)).GetProperty("accepted").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_stands_once_for_all_items_is_counted_for_each_that_it_is_stored_with()
    {
        var tenant = await BatchTenant.CreateAsync(service);
        var half = new string('x', 500 * 1024);
        var due = DateTimeOffset.UtcNow.AddDays(300).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

        var response = await tenant.AcceptedAsync("send-batch", $$"""
            {"channel":"email","content":{"subject":"s","html":"{{half}}","text":"{{half}}"},"sendAt":"{{due}}","final":true,"notifications":[{{BatchTenant.Items(0, 300)}}]}
            """);

        // A machine that has much else to do may have spent the time for this call before its bytes.
        var codes = response.GetProperty("rejected").EnumerateArray().Select(item => item.GetProperty("errors")[0].GetProperty("code").GetString()).Distinct().ToList();
        var max = 256 * 1024 * 1024 / ((2 * half.Length) + 1);
        codes.ShouldBeSubsetOf(["stored_bytes_exceeded", "check_time_exceeded"]);
        response.GetProperty("accepted").GetInt32().ShouldBeInRange(codes.Contains("check_time_exceeded") ? 1 : max, max);
        (await tenant.BatchAsync(response.GetProperty("batchId").GetGuid())).GetProperty("accepted").GetInt64().ShouldBe(response.GetProperty("accepted").GetInt64());
    }
}
