using NotificationService.IntegrationTests.Deliveries.Receipts;
using NotificationService.IntegrationTests.Events;
using NotificationService.IntegrationTests.Notifications;
using NotificationService.IntegrationTests.Providers;
using NotificationService.IntegrationTests.Storage;
using NotificationService.IntegrationTests.Storage.Statements;
using NotificationService.Testing;

[assembly: AssemblyFixture(typeof(PostgresCluster))]

// Most of a test's time is waiting: for a lock timeout, a retry, a vendor that is silent.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: LongestFirst(
    nameof(RefusedStatementsTests), nameof(RefusedReadsTests), nameof(StatementCostTests), nameof(ListFilterTests), nameof(SmtpStepTests), nameof(FcmConformanceTests),
    nameof(EventRelayBoundsTests), nameof(SuppressionTests))]
