using NotificationService.Storage;

namespace NotificationService.ArchitectureTests;

public sealed class RoomTests
{
    [Fact]
    public void Rooms_of_Core_call_only_whom_they_may() =>
        Rooms.Violations(TypeGraph.Of(typeof(Database).Assembly), "NotificationService").ShouldBeEmpty();

    /// <summary>The same checker on types of this assembly that break the rules, each in another part of a type.</summary>
    [Fact]
    public void Planted_violations_are_found() =>
        Rooms.Violations(TypeGraph.Of(typeof(RoomTests).Assembly), "NotificationService.ArchitectureTests.Planted").ShouldBe(
        [
            "Deliveries.InAnAsyncMethod → Notifications.NotificationIntake",
            "Storage.InAConstructor → Templates.TemplateCatalog",
            "Templates.InALambda → Deliveries.InAnAsyncMethod",
            "Templates.InAMethodBody → Notifications.NotificationIntake",
            "Templates.InASignature → Notifications.NotificationIntake",
        ]);

    [Fact]
    public void Every_room_is_a_folder_and_every_folder_a_room()
    {
        var strangers = typeof(Database).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("NotificationService", StringComparison.Ordinal) == true && !type.IsNested)
            .Where(type => !Directory.Exists(Path.Combine(Testing.Repository.Root, "src", "NotificationService.Core", type.Namespace!.Split('.') is [_, var room, ..] ? room : "?")))
            .Select(type => type.FullName);

        strangers.ShouldBeEmpty();
    }
}
