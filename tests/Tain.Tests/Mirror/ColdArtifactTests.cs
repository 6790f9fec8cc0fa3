using Tain.Mirror;
using Tain.Storage;
using Tain.Tests.Storage;

namespace Tain.Tests.Mirror;

/// <summary>One writer and readers behind it, at the moments when they meet.</summary>
public sealed class ColdArtifactTests
{
    private const int Size = ColdArtifact.HeldBack + 1000;

    [Fact]
    public async Task A_verdict_that_comes_while_a_reader_looks_sets_the_last_bytes_free()
    {
        using var folder = new TestFolder();
        using var blobs = BlobStore.Open(folder.Path);
        var artifact = new Artifact(new("go", "example.com/m", "v1.0.0", "zip"), "h1:x", new(new string('0', 64)), Size, DateTimeOffset.UnixEpoch, "test");
        using var meet = new Barrier(2);
        // Some ten of these met inside the old gap.
        for (var i = 0; i < 20_000; i++)
        {
            var cold = new ColdArtifact();
            cold.TryBegin(blobs.CreatePartial(null), null);
            await cold.AppendAsync(new byte[Size], TestContext.Current.CancellationToken);
            var reader = Task.Run(async () =>
            {
                meet.SignalAndWait();
                return await cold.WaitBeyondAsync(Size - ColdArtifact.HeldBack, CancellationToken.None);
            });
            meet.SignalAndWait();
            Thread.SpinWait(i % 200);
            cold.Verified(artifact);

            Assert.True(await reader, $"at {i} the reader was told that there is no more");
            cold.Dispose();
        }
    }
}
