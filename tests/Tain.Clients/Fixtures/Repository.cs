namespace Tain.Clients;

/// <summary>Where the tests find what <c>./test</c> has made. What is missing fails the test, with the remedy.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The published binary.</summary>
    public static string Tain => Existing("out/tain/tain", "dotnet publish src/Tain -c Release -o out/tain");

    public static string Go => Existing("out/tools/bin/go", "tests/tools/install");

    public static string GoRoot => Existing("out/tools/go", "tests/tools/install");

    public static string Nginx => Existing("out/tools/bin/nginx", "tests/tools/install");

    /// <summary>From Debian's package.</summary>
    public static string Strace => Existing("/usr/bin/strace", "tests/tools/install");

    /// <summary>The go command's own tests, compiled: they are a module proxy too.</summary>
    public static string GoTests => Existing("out/tests/cmd-go.test", "tests/tools/hermetic-proxy");

    /// <summary>A static module proxy of real modules, which require one another.</summary>
    public static string Corpus => Existing("out/corpus", "tests/tools/module-corpus");

    /// <summary>Git repositories, and what the go command says of them.</summary>
    public static string GitCorpus => Existing("out/git-corpus", "tests/tools/git-corpus");

    /// <summary>The go command's own code, which answers questions and serves its test repositories.</summary>
    public static string GoOracle => Existing("out/tests/gooracle", "tests/tools/go-oracle");

    /// <summary>What is kept between runs to make them faster, and may be deleted at any time.</summary>
    public static string Kept => Directory.CreateDirectory(Path.Combine(Root, "out/tests")).FullName;

    /// <summary>A file or folder below the repository's root, or a failure that says what makes it.</summary>
    public static string Existing(string relative, string remedy)
    {
        var path = Path.Combine(Root, relative);
        Assert.True(Path.Exists(path), $"{relative} is missing: run ./test, or just {remedy}");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Tain.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"no Tain.slnx above {AppContext.BaseDirectory}");
    }
}
