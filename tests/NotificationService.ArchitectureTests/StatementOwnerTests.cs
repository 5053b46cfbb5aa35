using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>Modules get at each other's tables through the owner's store, not by its statements.</summary>
public sealed class StatementOwnerTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");

    private static readonly IReadOnlySet<string> Statements =
        Directory.GetFiles(Path.Combine(Source, "NotificationService.Core", "Storage", "Sql"), "*.sql").Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet(StringComparer.Ordinal);

    private static readonly IReadOnlyList<(string Path, string Text)> Sources =
    [
        .. Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories).Select(file => (Path.GetRelativePath(Source, file).Replace('\\', '/'), File.ReadAllText(file)))
            .Where(file => !file.Item1.Contains("/obj/", StringComparison.Ordinal)),
    ];

    [Fact]
    public void A_module_names_its_own_statements_only() => StatementOwners.Faults(Sources, Statements).ShouldBeEmpty();

    [Fact]
    public void A_planted_stranger_is_found() =>
        StatementOwners.Faults(
            [.. Sources, ("NotificationService.Core/BulkJobs/Planted.cs", "SqlText.Statement(\"deliveries_claim\")"), ("NotificationService.Host/Api/Planted.cs", "SqlText.Statement(\"batches_find\")")],
            Statements)
            .ShouldBe(["Core/BulkJobs names deliveries_claim of Core/Deliveries", "Host/Api names batches_find of Core/Batches"]);

    [Fact]
    public void A_statement_without_an_owner_is_found() =>
        StatementOwners.Faults(Sources, Statements.Append("novelties_find").ToHashSet(StringComparer.Ordinal)).ShouldBe(["novelties_find is no module's"]);

    [Fact]
    public void An_exception_that_nobody_needs_is_found() =>
        StatementOwners.Faults(Sources.Where(source => !source.Path.EndsWith("/BatchMaintenance.cs", StringComparison.Ordinal)), Statements)
            .ShouldBe(["Core/Batches does not name deliveries_resume_next any more"]);
}
