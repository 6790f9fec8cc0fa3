using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tain.Storage;

/// <summary>The one writer: a thread that takes what is queued, makes one transaction of it and tells each caller when it is durable.
/// Each change is a savepoint, so a bad one doesn't fail its neighbours.</summary>
internal sealed class CatalogWriter : IDisposable
{
    /// <summary>Changes that wait; the next caller waits for a place.</summary>
    private const int QueueLength = 1024;

    /// <summary>Changes in one transaction at most.</summary>
    private const int GroupSize = 256;

    /// <summary>Alarms about one artifact: further identities that are offered under its name raise none.</summary>
    public const int MaxAlarms = 100;

    private readonly CatalogConnection _connection;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly WriteSteps? _steps;
    private readonly Channel<Queued> _queue = Channel.CreateBounded<Queued>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Task _running;
    private long _lastFirstSeen;

    public CatalogWriter(CatalogConnection connection, string path, TimeProvider time, WriteSteps? steps)
    {
        (_connection, _path, _time, _steps) = (connection, path, time, steps);
        _lastFirstSeen = connection.Command(CatalogSql.LastFirstSeen).ExecuteScalar() is long last ? last : 0;
        // SQLite blocks on the disk: a thread of its own, not one of the pool's.
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private sealed record Queued(CatalogChange Change, byte[]? Manifest, CancellationToken Cancelled)
    {
        public TaskCompletionSource<CommitResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public CommitResult? Result { get; set; }
    }

    public async Task<CommitResult> CommitAsync(CatalogChange change, CancellationToken ct)
    {
        var queued = new Queued(change, change is { Artifact: not null, Manifest: { } manifest } ? ManifestCodec.Encode(manifest) : null, ct);
        try
        {
            await _queue.Writer.WriteAsync(queued, ct);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(Catalog));
        }
        return await queued.Done.Task.WaitAsync(ct);
    }

    /// <summary>Takes no more, commits what is queued.</summary>
    public Task FinishAsync()
    {
        _queue.Writer.TryComplete();
        return _running;
    }

    public void Dispose() => _connection.Dispose();

    private void Run()
    {
        var group = new List<Queued>(GroupSize);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            while (group.Count < GroupSize && _queue.Reader.TryRead(out var queued))
            {
                if (queued.Cancelled.IsCancellationRequested)
                    queued.Done.TrySetCanceled(queued.Cancelled);
                else
                    group.Add(queued);
            }
            if (group.Count > 0)
                CommitGroup(group);
        }
    }

    private void CommitGroup(List<Queued> group)
    {
        try
        {
            Execute("BEGIN IMMEDIATE");
            _steps?.At(WriteSteps.CatalogBegin);
            foreach (var queued in group)
                Apply(queued);
            _steps?.At(WriteSteps.CatalogBeforeCommit);
            Execute("COMMIT");
            _steps?.At(WriteSteps.CatalogCommitted);
        }
        catch (Exception e)
        {
            RollBack();
            // A full disk or a failing one ends the whole transaction. Alone, each change gets the answer that is its own.
            if (group.Count > 1)
            {
                foreach (var queued in group.Where(q => !q.Done.Task.IsCompleted))
                    CommitGroup([queued]);
            }
            else
            {
                group[0].Done.TrySetException(Describe(e));
            }
            return;
        }
        foreach (var queued in group)
        {
            if (queued.Result is { } result)
                queued.Done.TrySetResult(result);
        }
    }

    private void Apply(Queued queued)
    {
        Execute("SAVEPOINT change");
        try
        {
            queued.Result = Apply(queued.Change, queued.Manifest);
            Execute("RELEASE change");
        }
        catch (Exception e) when (InTransaction)
        {
            Execute("ROLLBACK TO change");
            Execute("RELEASE change");
            queued.Result = null;
            queued.Done.TrySetException(Describe(e));
        }
    }

    private CommitResult Apply(CatalogChange change, byte[]? manifest)
    {
        var now = CatalogSql.Microseconds(_time.GetUtcNow());
        foreach (var seen in change.Versions)
            See(seen, now);
        foreach (var document in change.Documents)
            Put(document, now);
        foreach (var key in change.Forgotten)
        {
            if (_connection.Execute(CatalogSql.ForgetDocument, key.Ecosystem, key.Name, key.Kind) > 0)
                AppendFeed(FeedKind.Document, key.Ecosystem, key.Name, null, key.Kind, now);
        }
        foreach (var drift in change.Drifts)
            RaiseAlarm(drift, now);
        foreach (var examined in change.Examined)
            Examine(examined, now);
        foreach (var key in change.Announced)
        {
            if (FindArtifact(key) is not null)
                AppendFeed(FeedKind.Artifact, key.Ecosystem, key.Name, key.Version, key.Kind, now);
        }
        if (change.Lost is { } loss)
            LogSql.Lose(_connection, loss);
        if (change.Log is { } growth && !LogSql.TryGrow(_connection, growth, now))
            return new CommitResult(Conflict: null) { Grew = false };
        return change.Artifact is { } artifact ? Store(artifact, change.LostBlob, manifest, now) : new CommitResult(Conflict: null);
    }

    private void See(SeenVersion seen, long now)
    {
        var known = FindVersion(seen.Ecosystem, seen.Name, seen.Version);
        long? published = seen.Published is { } p ? CatalogSql.Microseconds(p) : null;
        if (known is null)
        {
            // Not rewound when the change fails: a gap is allowed, a repetition is not.
            _lastFirstSeen = Math.Max(now, _lastFirstSeen + 1);
            _connection.Execute(CatalogSql.InsertVersion, seen.Ecosystem, seen.Name, seen.Version, _lastFirstSeen, published);
            AppendFeed(FeedKind.Version, seen.Ecosystem, seen.Name, seen.Version, null, now);
        }
        else if (known.Published is null && published is not null)
        {
            _connection.Execute(CatalogSql.FillPublished, seen.Ecosystem, seen.Name, seen.Version, published);
            AppendFeed(FeedKind.Published, seen.Ecosystem, seen.Name, seen.Version, null, now);
        }
    }

    private void Put(Document document, long now)
    {
        var key = document.Key;
        ReadOnlySpan<object?> values =
        [
            key.Ecosystem, key.Name, key.Kind, CatalogSql.Microseconds(document.FetchedAt),
            document.Body, document.ETag, document.LastModified, document.Source,
        ];
        if (_connection.Execute(CatalogSql.ConfirmDocument, values) > 0)
            return;
        _connection.Execute(CatalogSql.PutDocument, values);
        AppendFeed(FeedKind.Document, key.Ecosystem, key.Name, null, key.Kind, now);
    }

    private CommitResult Store(Artifact offered, BlobDigest? lost, byte[]? manifest, long now)
    {
        var key = offered.Key;
        if (FindVersion(key.Ecosystem, key.Name, key.Version)?.State == VersionState.Purged)
            return new CommitResult(Conflict: null) { Purged = true };

        var stored = FindArtifact(key);
        if (stored is not null && !stored.Admits(offered))
        {
            RaiseAlarm(new(key, stored.Identity, offered.Identity, offered.Source), now);
            return new CommitResult(stored);
        }
        if (stored is { Condition: not Condition.Refuted } && stored.Identity != offered.Identity)
            RaiseAlarm(new(key, offered.Identity, stored.Identity, stored.Source) { Evidence = $"{stored.Source} sent content with {stored.Identity}, which was stored without proof; {offered.Proof} vouches for {offered.Identity}, sent by {offered.Source}." }, now);
        var storedAt = CatalogSql.Microseconds(offered.StoredAt);
        if (stored is null)
        {
            _connection.Execute(CatalogSql.InsertArtifact, key.Ecosystem, key.Name, key.Version, key.Kind,
                offered.Identity, offered.Blob.Hex, offered.Size, storedAt, offered.Source, offered.Proof);
            AppendFeed(FeedKind.Artifact, key.Ecosystem, key.Name, key.Version, key.Kind, now);
        }
        else if (stored.Condition is not Condition.Sound || stored.Identity != offered.Identity || (stored.Blob == lost && stored.Blob != offered.Blob))
        {
            _connection.Execute(CatalogSql.ReplaceArtifact, key.Ecosystem, key.Name, key.Version, key.Kind,
                offered.Identity, offered.Blob.Hex, offered.Size, storedAt, offered.Source, offered.Proof.Length > 0 ? offered.Proof : stored.Proof);
            AppendFeed(FeedKind.ArtifactReplaced, key.Ecosystem, key.Name, key.Version, key.Kind, now);
        }
        else if (offered.Proof.Length > 0)
        {
            Examine(new(stored, Condition.Sound, "", offered.Proof), now);
        }
        if (manifest is not null)
            _connection.Execute(CatalogSql.PutManifest, key.Ecosystem, key.Name, key.Version, key.Kind, manifest);
        return new CommitResult(Conflict: null) { Stored = FindArtifact(key) };
    }

    private void Examine(Examined examined, long now)
    {
        var (key, artifact) = (examined.Artifact.Key, examined.Artifact);
        if (_connection.Execute(CatalogSql.Examine, key.Ecosystem, key.Name, key.Version, key.Kind,
            (int)examined.Condition, examined.Why, examined.Proof, artifact.Identity, artifact.Blob.Hex) > 0)
            AppendFeed(FeedKind.Examined, key.Ecosystem, key.Name, key.Version, key.Kind, now);
    }

    private void RaiseAlarm(Drift drift, long now)
    {
        var key = drift.Key;
        if (_connection.Execute(CatalogSql.RepeatAlarm, key.Ecosystem, key.Name, key.Version, key.Kind, drift.OfferedIdentity, drift.Source, now, drift.Evidence) > 0)
            return;
        // Whoever sends other bytes each time must not fill the disk with our complaints.
        if ((long)_connection.Command(CatalogSql.CountAlarms, key.Ecosystem, key.Name, key.Version, key.Kind).ExecuteScalar()! >= MaxAlarms)
            return;
        _connection.Execute(CatalogSql.InsertAlarm, key.Ecosystem, key.Name, key.Version, key.Kind,
            drift.StoredIdentity, drift.OfferedIdentity, drift.Source, now, drift.Evidence);
        AppendFeed(FeedKind.Alarm, key.Ecosystem, key.Name, key.Version, key.Kind, now);
    }

    private VersionFact? FindVersion(string ecosystem, string name, string version)
    {
        using var reader = _connection.Command(CatalogSql.FindVersion, ecosystem, name, version).ExecuteReader();
        return reader.Read() ? CatalogSql.ReadVersion(reader) : null;
    }

    private Artifact? FindArtifact(ArtifactKey key)
    {
        using var reader = _connection.Command(CatalogSql.FindArtifact, key.Ecosystem, key.Name, key.Version, key.Kind).ExecuteReader();
        return reader.Read() ? CatalogSql.ReadArtifact(reader) : null;
    }

    private void AppendFeed(string kind, string ecosystem, string name, string? version, string? detail, long now) =>
        _connection.Execute(CatalogSql.AppendFeed, kind, ecosystem, name, version, detail, now);

    private void Execute(string sql) => _connection.Execute(sql);

    // SQLite ends the transaction by itself on some errors (lang_transaction.html): full disk, I/O, no memory.
    private bool InTransaction => raw.sqlite3_get_autocommit(_connection.Sqlite.Handle) == 0;

    private void RollBack()
    {
        try
        {
            if (InTransaction)
                Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // The next BEGIN says what is wrong.
        }
    }

    private Exception Describe(Exception e) => e is SqliteException sqlite ? CatalogErrors.Describe(_path, sqlite) : e;
}
