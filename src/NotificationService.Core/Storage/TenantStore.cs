using Microsoft.EntityFrameworkCore;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// The door to what people edit: runs a piece of EF work in one transaction under one tenant's scope. Serialization
/// failures and deadlocks are tried again up to three times; a unique violation is the caller's to understand.
/// </summary>
public sealed class TenantStore(Database database)
{
    private readonly DbContextOptions<NotificationDbContext> options =
        new DbContextOptionsBuilder<NotificationDbContext>().UseNpgsql(database.App).Options;

    /// <summary>Work that is entered at two tenants goes on under another's scope, in the same transaction. Save first what belongs to the one before.</summary>
    public static async Task ScopeAsync(NotificationDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection());
        batch.BatchCommands.Add(Database.OpenScope(tenant));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T> RunAsync<T>(TenantId tenant, Func<NotificationDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (var batch = new NpgsqlBatch(connection, transaction))
                {
                    batch.BatchCommands.Add(Database.OpenScope(tenant));
                    await batch.ExecuteNonQueryAsync(cancellationToken);
                }

                await using var db = new NotificationDbContext(
                    new DbContextOptionsBuilder<NotificationDbContext>(options).UseNpgsql(connection).Options);
                await db.Database.UseTransactionAsync(transaction, cancellationToken);
                var result = await work(db, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (Exception exception) when (attempt < 4 && DatabaseFailures.Of(exception) is DatabaseFailure.Conflict)
            {
                // The whole piece of work runs again in a new transaction.
            }
        }
    }
}
