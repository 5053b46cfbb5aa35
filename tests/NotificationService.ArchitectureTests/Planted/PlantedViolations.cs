namespace NotificationService.ArchitectureTests.Planted.Notifications
{
    public readonly record struct NotificationId(Guid Value);

    public sealed class NotificationIntake
    {
        public static Task AcceptAsync() => Task.CompletedTask;
    }

    /// <summary>Allowed: notifications are rendered from templates.</summary>
    public sealed class AllowedCaller(Templates.TemplateCatalog catalog)
    {
        public Templates.TemplateCatalog Catalog => catalog;
    }
}

namespace NotificationService.ArchitectureTests.Planted.Templates
{
    public sealed class TemplateCatalog
    {
        /// <summary>Allowed: an id is a word of everyone's.</summary>
        public Notifications.NotificationId LastUsedBy { get; init; }
    }

    public sealed class InASignature
    {
        public static bool Accepts(IReadOnlyList<Notifications.NotificationIntake>? intakes) => intakes is null;
    }

    public sealed class InAMethodBody
    {
        public static object Make() => new Notifications.NotificationIntake();
    }

    public sealed class InALambda
    {
        public static readonly Func<Task> Run = () => Deliveries.InAnAsyncMethod.RunAsync();
    }
}

namespace NotificationService.ArchitectureTests.Planted.Deliveries
{
    public sealed class InAnAsyncMethod
    {
        public static async Task RunAsync() => await Notifications.NotificationIntake.AcceptAsync();
    }
}

namespace NotificationService.ArchitectureTests.Planted.Storage
{
    public sealed class InAConstructor(Templates.TemplateCatalog? given)
    {
        private readonly object? catalog = given;

        public bool IsEmpty => catalog is null;
    }
}
