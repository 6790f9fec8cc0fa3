namespace Tain.Ecosystems.Setup;

/// <summary>The files of the page, which are in the executable.</summary>
internal static class SetupResource
{
    public static string Read(string name)
    {
        using var stream = typeof(SetupResource).Assembly.GetManifestResourceStream("Setup/" + name)
            ?? throw new InvalidOperationException($"Setup/{name} is not embedded: see Tain.csproj");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
