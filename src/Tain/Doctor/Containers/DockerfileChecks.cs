using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

/// <summary>How images are built, as far as it costs downloads.</summary>
internal static class DockerfileChecks
{
    public static void Run(Scene scene, TextFile file, DockerfileText text)
    {
        var stages = DockerStage.Of(text);
        // What has been downloaded at the end of each stage.
        var downloaded = new Dictionary<DockerStage, HashSet<Download>>(ReferenceEqualityComparer.Instance);
        foreach (var stage in stages)
        {
            AddUrls(scene, file, stage);
            AddSourcesFirst(scene, file, stage, downloaded[stage] = stage.Parent is null ? [] : [.. downloaded[stage.Parent]]);
        }
        if (stages is [.., var last] && !IsForDevelopers(file))
            Toolchains.Check(scene, file, last, isOnly: stages.Count == 1);
    }

    private static void AddUrls(Scene scene, TextFile file, DockerStage stage)
    {
        foreach (var add in stage.Instructions.Where(i => i.Keyword == "ADD" && i.FlagOrNull("--checksum") is null))
        {
            foreach (var source in add.Words.SkipLast(1))
            {
                // A repository of git's is read at a commit or tag, by BuildKit itself.
                var isUrl = source.Text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || source.Text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
                if (isUrl && !source.Text.Split('#')[0].EndsWith(".git", StringComparison.OrdinalIgnoreCase))
                    scene.Add(new(DockerfilePitfalls.AddUrl, file.AtLine(source.Line), new Fact("url", KnownHosts.Show(source.Text))));
            }
        }
    }

    /// <summary>All of the sources are there before the dependencies are downloaded, and no cache holds the downloads.</summary>
    /// <param name="downloaded">What the stage that it goes on from has downloaded; it gets this one's.</param>
    private static void AddSourcesFirst(Scene scene, TextFile file, DockerStage stage, HashSet<Download> downloaded)
    {
        DockerInstruction? copy = null;
        var isSaid = false;
        foreach (var instruction in stage.Instructions.Where(i => !i.IsOnBuild))
        {
            if (instruction.Keyword is "COPY" or "ADD" && IsAll(instruction))
                copy ??= instruction;
            // Who is told to ask nobody needs nothing more.
            if (instruction.Keyword == "ENV")
                downloaded.UnionWith(Download.NeverAsked(instruction));
            if (instruction.Keyword != "RUN")
                continue;
            foreach (var (download, command) in Download.In(instruction))
            {
                if (!downloaded.Add(download) || copy is null || isSaid || instruction.Mounts.Any(m => m.Options.GetValueOrDefault("type") == "cache"))
                    continue;
                scene.Add(new(DockerfilePitfalls.SourcesFirst, file.AtLine(copy.Line), new Fact("copy", copy.Keyword + " . ."), new Fact("line", copy.Line), new Fact("command", command),
                    new Fact("at", instruction.Line), new Fact("files", string.Join(' ', [download.Files, .. SettingsOf(scene, file, download)])), new Fact("cache", download.Cache)));
                // The next ones have the same cause.
                isSaid = true;
            }
        }
    }

    /// <summary>The settings files that the download reads and the repository has. The context is the Dockerfile's folder, or the repository.</summary>
    private static IEnumerable<string> SettingsOf(Scene scene, TextFile file, Download download)
    {
        if (download.Settings.Count == 0 || new[] { Path.GetDirectoryName(file.Path)!, scene.Folder }.FirstOrDefault(f => scene.Paths.Contains(Path.Join(f, "package.json"))) is not { } context)
            return [];
        // One that git leaves alone is in no other clone, and COPY fails where a file is not.
        var ignored = new IgnoredFiles(scene.Files, context);
        return download.Settings.Where(s => Path.Join(context, s) is var path && scene.Paths.Contains(path) && !ignored.Has(path));
    }

    /// <summary><c>COPY . .</c>: all of the context.</summary>
    private static bool IsAll(DockerInstruction copy)
        => copy.Words.Count >= 2 && copy.FlagOrNull("--from") is null && copy.Words.SkipLast(1).Any(w => w.Text is "." or "./" or "*" or "./*" or "/");

    /// <summary>Images for tests, editors and pipelines are to have their tools.</summary>
    internal static bool IsForDevelopers(TextFile file)
    {
        string[] names = ["dev", "devel", "development", "devcontainer", "ci", "test", "tests", "testing", "e2e", "debug", "lint", "tools", "toolchain", "build", "builder", "buildenv", "bench"];
        return file.Shown.ToLowerInvariant().Split('/').TakeLast(2).SelectMany(p => p.Split('.', '-', '_')).Any(names.Contains);
    }
}
