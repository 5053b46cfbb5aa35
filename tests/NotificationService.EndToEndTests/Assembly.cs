using NotificationService.EndToEndTests;
using NotificationService.EndToEndTests.BulkJobs;
using NotificationService.EndToEndTests.Chaos;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.Kafka;
using NotificationService.EndToEndTests.Observability;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

[assembly: AssemblyFixture(typeof(PostgresCluster))]
[assembly: DatabasesHaveDemo]

// Most of a test's time is waiting: for a lease to end, a process to start, a slow sender to be cut off.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: LongestFirst(
    nameof(KillTests), nameof(KafkaOutageTests), nameof(LostServerTests), BulkJobsCollection.Name, BatchesCollection.Name, SignInCollection.Name, UploadsCollection.Name, nameof(AttackTests),
    nameof(PrivatePostgresTests), nameof(WebhookKillTests),
    nameof(BulkCrashTests), nameof(FailingStepsTests), nameof(ManySlowTenantsTests), nameof(UnworkableRowsTests), nameof(SignInFloodTests), nameof(BodiesInFlightTests))]
