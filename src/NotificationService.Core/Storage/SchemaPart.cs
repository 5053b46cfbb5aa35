using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Storage;

/// <summary>A part of the schema that is applied as a whole: a numbered migration, a function or a trigger.</summary>
/// <param name="Name">As the journal has it: <c>0001_baseline</c>, <c>functions/shard_of</c>, <c>triggers/deliveries_chain</c>.</param>
/// <param name="Text">What is run.</param>
public sealed record SchemaPart(string Name, string Text)
{
    public const string Baseline = "0001_baseline";
    private const string FunctionPrefix = "functions/";
    private const string TriggerPrefix = "triggers/";

    /// <summary>
    /// Every part of this build in the order in which they are applied. Functions come before the tables that they name, because migrations call some of
    /// them: their bodies are not looked at until they run. Triggers come after the tables that they stand on.
    /// </summary>
    public static IReadOnlyList<SchemaPart> All { get; } =
    [
        .. SqlText.Folder("Functions").Select(file => new SchemaPart(FunctionPrefix + file.Name, file.Text)),
        // A migration is a file, or a folder of files in the order of their names.
        .. SqlText.Folder("Migrations").GroupBy(file => file.Name.Split('/')[0]).Select(files => new SchemaPart(files.Key, string.Join('\n', files.Select(file => file.Text)))),
        .. SqlText.Folder("Triggers").Select(file => new SchemaPart(TriggerPrefix + file.Name, file.Text)),
    ];

    /// <summary>Of the text: a function or trigger whose text has changed is applied again, a migration must never change.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public bool IsMigration => !Name.StartsWith(FunctionPrefix, StringComparison.Ordinal) && !Name.StartsWith(TriggerPrefix, StringComparison.Ordinal);
}
