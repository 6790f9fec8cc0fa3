namespace Tain.Clients;

/// <summary>A folder that goes with the test. It stays when TAIN_TEST_KEEP is set.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tain-test-").FullName;

    /// <summary>A folder below, made if need be.</summary>
    public string this[string name] => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("TAIN_TEST_KEEP") is null)
            Directory.Delete(Path, recursive: true);
    }
}
