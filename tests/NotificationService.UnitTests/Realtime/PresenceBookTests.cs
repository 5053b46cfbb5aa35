using NotificationService.Realtime;
using NotificationService.Realtime.Presence;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Realtime;

public sealed class PresenceBookTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TenantId Tenant = new(Guid.NewGuid());

    private readonly ManualTime time = new();
    private readonly PresenceBook book;

    public PresenceBookTests() => book = new PresenceBook(time);

    [Fact]
    public void Connections_of_a_person_are_one_change_with_the_rooms_of_all_of_them()
    {
        var first = Enter("ann", "a", "b");
        Enter("ann", "b");

        var change = Taken().ShouldHaveSingleItem();
        change.Rooms.ShouldBe(new Dictionary<string, int> { ["user:ann"] = 2, ["b"] = 2, ["a"] = 1 }, ignoreOrder: true);
        book.Written([change]);
        Taken().ShouldBeEmpty();
        first!.Dispose();
        first.Dispose();
        Taken().Single().Rooms["user:ann"].ShouldBe(1);
    }

    [Fact]
    public void Whoever_leaves_is_written_when_the_grace_is_over_and_not_if_it_is_back_by_then()
    {
        var ann = Enter("ann");
        var bob = Enter("bob");
        book.Written(Taken());
        ann!.Dispose();
        bob!.Dispose();
        Taken().ShouldBeEmpty();

        Enter("bob");
        time.Advance(Grace);

        var changes = Taken();
        changes.ToDictionary(change => change.UserId, change => change.Rooms.Count).ShouldBe(new Dictionary<string, int> { ["ann"] = 0, ["bob"] = 1 }, ignoreOrder: true);
        changes.Single(change => change.UserId == "ann").SeenAt.ShouldBe(time.GetUtcNow() - Grace);
        book.Written(changes);
        book.Count.ShouldBe(1);
    }

    [Fact]
    public void What_changes_while_it_is_written_and_what_could_not_be_written_is_taken_again()
    {
        Enter("ann");
        var before = Taken();
        Enter("ann");

        book.Written(before);

        Taken().Single().Rooms["user:ann"].ShouldBe(2);
        Taken().ShouldHaveSingleItem("nobody said that it was written");
    }

    [Fact]
    public void Of_each_tenant_so_many_are_taken_and_the_others_next_time()
    {
        var other = new TenantId(Guid.NewGuid());
        for (var i = 0; i < 30; i++)
            Enter($"u{i}");
        book.Enter(new Listener(other, "ann", new HashSet<string> { "user:ann" }));

        var first = book.Take(20, Grace);
        first.ToDictionary(ofTenant => ofTenant.Key, ofTenant => ofTenant.Count()).ShouldBe(new Dictionary<TenantId, int> { [Tenant] = 20, [other] = 1 }, ignoreOrder: true);
        foreach (var ofTenant in first)
            book.Written(ofTenant);
        Taken().Count.ShouldBe(10);
    }

    [Fact]
    public void A_person_is_seen_in_so_many_rooms_its_own_among_them_and_names_that_no_table_takes_are_left_out()
    {
        Enter("ann", [.. Enumerable.Range(0, 100).Select(i => $"a{i}"), new string('x', 257), "nul\0"]);
        Enter("nul\0").ShouldBeNull();
        Enter(new string('x', 129)).ShouldBeNull();

        var rooms = Taken().ShouldHaveSingleItem().Rooms;
        rooms.Count.ShouldBe(PresenceBook.MaxRooms);
        rooms.Keys.ShouldContain("user:ann");
        rooms.Keys.ShouldAllBe(room => room.Length <= 256 && !room.Contains('\0', StringComparison.Ordinal));
    }

    [Fact]
    public void After_somebody_else_removed_everything_everything_is_written_again()
    {
        Enter("ann");
        book.Written(Taken());

        book.WriteAllAgain();

        Taken().ShouldHaveSingleItem();
    }

    private IDisposable? Enter(string userId, params string[] rooms) => book.Enter(new Listener(Tenant, userId, rooms.Append(Room.OfUser(userId)).ToHashSet(StringComparer.Ordinal)));

    private List<PresenceChange> Taken() => [.. book.Take(1_000, Grace).SelectMany(ofTenant => ofTenant)];
}
