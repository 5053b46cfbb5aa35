using NotificationService.Testing;

[assembly: AssemblyFixture(typeof(PostgresCluster))]
