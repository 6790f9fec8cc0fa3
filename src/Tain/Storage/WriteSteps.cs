namespace Tain.Storage;

/// <summary>The named steps of a write, for tests that stop the process at each. In production no one listens.</summary>
internal sealed class WriteSteps
{
    /// <summary>An empty file is in <c>partial/</c>.</summary>
    public const string PartialCreated = "partial-created";
    /// <summary>Bytes were appended to it: in the page cache, perhaps not on disk. Once for each append.</summary>
    public const string PartialWritten = "partial-written";
    /// <summary>Clients were told that the bytes are right; none of it is on disk for sure.</summary>
    public const string VerdictGiven = "verdict-given";
    /// <summary>All bytes are on disk, still under the temporary name.</summary>
    public const string BlobSynced = "blob-synced";
    /// <summary>The file has its final name, which a power cut may still undo.</summary>
    public const string BlobRenamed = "blob-renamed";
    /// <summary>The name is on disk: the blob is durable. No row points at it yet.</summary>
    public const string BlobFolderSynced = "blob-folder-synced";
    /// <summary>A schema script was run, not committed.</summary>
    public const string SchemaBeforeCommit = "schema-before-commit";
    /// <summary>A transaction has begun; nothing is changed in it.</summary>
    public const string CatalogBegin = "catalog-begin";
    /// <summary>All changes of the group are in the transaction.</summary>
    public const string CatalogBeforeCommit = "catalog-before-commit";
    /// <summary>The transaction is durable; nobody was told.</summary>
    public const string CatalogCommitted = "catalog-committed";

    public static readonly IReadOnlyList<string> All =
    [
        PartialCreated, PartialWritten, VerdictGiven, BlobSynced, BlobRenamed, BlobFolderSynced,
        SchemaBeforeCommit, CatalogBegin, CatalogBeforeCommit, CatalogCommitted,
    ];

    public Action<string>? OnStep { get; init; }

    public void At(string step) => OnStep?.Invoke(step);
}
