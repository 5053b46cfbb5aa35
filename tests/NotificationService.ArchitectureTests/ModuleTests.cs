using NotificationService.Storage;

namespace NotificationService.ArchitectureTests;

public sealed class ModuleTests
{
    [Fact]
    public void Modules_of_Core_call_only_whom_they_may() =>
        Modules.Violations(TypeGraph.Of(typeof(Database).Assembly), "NotificationService").ShouldBeEmpty();

    /// <summary>The same checker on types of this assembly that break the rules, each in another part of a type.</summary>
    [Fact]
    public void Planted_violations_are_found() =>
        Modules.Violations(TypeGraph.Of(typeof(ModuleTests).Assembly), "NotificationService.ArchitectureTests.Planted").ShouldBe(
        [
            "Deliveries.InAnAsyncMethod → Notifications.NotificationIntake",
            "Storage.InAConstructor → Templates.TemplateCatalog",
            "Templates.InALambda → Deliveries.InAnAsyncMethod",
            "Templates.InAMethodBody → Notifications.NotificationIntake",
            "Templates.InASignature → Notifications.NotificationIntake",
        ]);

    [Fact]
    public void Every_module_is_a_folder_and_every_folder_a_module()
    {
        var strangers = typeof(Database).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("NotificationService", StringComparison.Ordinal) == true && !type.IsNested)
            .Where(type => !Directory.Exists(Path.Combine(Testing.Repository.Root, "src", "NotificationService.Core", type.Namespace!.Split('.') is [_, var module, ..] ? module : "?")))
            .Select(type => type.FullName);

        strangers.ShouldBeEmpty();
    }
}
