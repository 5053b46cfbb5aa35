using System.Diagnostics;
using System.Globalization;
using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;

namespace NotificationService.Benchmarks.Planner;

/// <summary>
/// How many deliveries one core plans in a second: five channels of one person, without anything known of the person, and with what a person may have said. A goal: 200,000.
/// </summary>
internal static class PlannerBenchmark
{
    private const int PlansPerRepeat = 5_000;
    private const int Repeats = 41;

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 21, 30, 0, TimeSpan.Zero);
    private static readonly NotificationId Id = NotificationId.From(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"));

    private static readonly ValidatedRequest Request = new(
        null, new InlineContent(Subject: "Hello", Text: "Hello", Title: "Hello", Body: "Hello"), ChannelKinds.All,
        new StoredRecipient { UserId = "ann", Email = "ann@example.com", Phone = "+14155550100", DeviceTokens = ["token-1", "token-2"], Timezone = "Europe/Paris" },
        default, "shipping", Priority.Normal, null, null, null, default);

    private static readonly PersonPreferences Ann = new()
    {
        Channels = new Dictionary<string, bool> { ["push"] = false },
        Categories = Enumerable.Range(0, 20).ToDictionary(i => $"category-{i}", _ => new CategoryPreference(true, null, null))
            .Append(new("shipping", new CategoryPreference(null, new Dictionary<string, bool> { ["sms"] = true }, null))).ToDictionary(),
        OptOuts = ["marketing", "category:news"],
        QuietHours = new QuietHours(null, [new QuietWindow(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "22:00", "07:00", ["email"])]),
    };

    public static int Run()
    {
        Console.WriteLine("| | deliveries/s, median | best | bytes allocated by one |\n| --- | ---: | ---: | ---: |");
        Measure("nothing is known", PlanFacts.None);
        Measure("categories, opt-outs, quiet hours and a suppressed address", new PlanFacts(
            "shipping", new CategoryRule(new Dictionary<ChannelKind, bool> { [ChannelKind.WhatsApp] = false }, Critical: false, Marketing: false, ExpiresAfter: null), Ann,
            [new SuppressedAddress(ChannelKind.Sms, "+14155550100", SuppressionReason.Unsubscribe, null)]));
        return 0;
    }

    private static void Measure(string what, PlanFacts facts)
    {
        for (var i = 0; i < 20_000; i++)
            DeliveryPlanner.Plan(Request, null, Id, Now, facts);
        var rates = new double[Repeats];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < PlansPerRepeat; i++)
                DeliveryPlanner.Plan(Request, null, Id, Now, facts);
            rates[repeat] = PlansPerRepeat * ChannelKinds.All.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (Repeats * PlansPerRepeat * ChannelKinds.All.Count);
        Array.Sort(rates);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {rates[Repeats / 2]:N0} | {rates[^1]:N0} | {allocated} |"));
    }
}
