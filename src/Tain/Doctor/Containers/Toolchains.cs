using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

/// <summary>Images with compilers in them, which only the build needs.</summary>
internal static partial class Toolchains
{
    public static void Check(Scene scene, TextFile file, DockerStage last, bool isOnly)
    {
        if (last.Root is not { } root || ImageReference.ParseOrNull(root) is not { } image)
            return;
        // What has no command is a base for others, or a place for a pipeline's jobs.
        if (!last.Instructions.Any(i => i.Keyword is "CMD" or "ENTRYPOINT" && !i.IsOnBuild))
            return;
        for (var stage = last; stage is not null; stage = stage.Parent)
        {
            foreach (var run in stage.Instructions.Where(i => i.Keyword == "RUN" && !i.IsOnBuild))
            {
                if (ShellCommands.Of(run).Select(w => BuildOrNull(image, w, isOnly, last)).FirstOrDefault(b => b is not null) is not { } build)
                    continue;
                scene.Add(new(DockerfilePitfalls.ShipsToolchain, file.AtLine(last.Line), new Fact("image", image.Text), new Fact("command", build.Command), new Fact("at", run.Line),
                    new Fact("runtime", build.Runtime)));
                return;
            }
        }
    }

    /// <summary>The command in short, and the image that its product runs in; null when it builds nothing that could leave the toolchain.</summary>
    private static (string Command, string Runtime)? BuildOrNull(ImageReference image, string[] words, bool isOnly, DockerStage last)
    {
        var arguments = ShellCommands.Arguments(words).ToList();
        var first = arguments.FirstOrDefault() ?? "";
        return (image.Last, words[0], first) switch
        {
            ("golang", "go", "build" or "install") when !words.Any(w => w.Contains('@', StringComparison.Ordinal)) => ($"go {first}", "gcr.io/distroless/static-debian12"),
            ("golang" or "rust", "make", _) => ("make", "debian:bookworm-slim"),
            ("rust", "cargo", "build" or "install") => ($"cargo {first}", "debian:bookworm-slim"),
            ("maven", "mvn" or "./mvnw", _) when arguments.Exists(a => a is "package" or "install" or "verify") => ("mvn package", $"eclipse-temurin:{Jdk(image)}-jre"),
            ("gradle", "gradle" or "./gradlew", _) when arguments.Exists(a => a is "build" or "assemble" or "jar" or "bootJar" or "shadowJar" or "installDist") => ("gradle build", $"eclipse-temurin:{Jdk(image)}-jre"),
            ("sdk", "dotnet", "publish" or "build") when image.Repository.EndsWith("dotnet/sdk", StringComparison.Ordinal) => ($"dotnet {first}", "mcr.microsoft.com/dotnet/aspnet" + (MajorMinor().Match(image.Tag ?? "") is { Success: true } version ? ":" + version.Value : "")),
            // What serves pages needs node itself, but not what built them.
            ("node", "npm" or "yarn" or "pnpm", _) when isOnly && arguments.Contains("build") && !IsPruned(last) => ($"{words[0]} run build", Node(image)),
            _ => null,
        };
    }

    /// <summary>The same major version, on the same C library.</summary>
    private static string Node(ImageReference image)
        => $"node:{(Major().Match(image.Tag ?? "") is { Success: true } major ? major.Value : "22")}-{(image.Tag?.Contains("alpine", StringComparison.Ordinal) ?? false ? "alpine" : "slim")}";

    /// <summary><c>17</c> of <c>3.9-eclipse-temurin-17</c>, <c>8.10-jdk17</c>.</summary>
    private static string Jdk(ImageReference image) => JdkVersion().Match(image.Tag ?? "") is { Success: true } version ? version.Groups["version"].Value : "21";

    [GeneratedRegex(@"\A\d{1,3}(?=[.\-]|\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Major();

    [GeneratedRegex(@"\A\d{1,3}\.\d{1,3}", RegexOptions.CultureInvariant)]
    private static partial Regex MajorMinor();

    [GeneratedRegex(@"(?:jdk|jre|temurin|corretto|openjdk|semeru|zulu)-?(?<version>\d{1,2})(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex JdkVersion();

    private static bool IsPruned(DockerStage stage)
        => stage.Instructions.Any(i => i.Keyword == "RUN" && (i.Script.Contains(" prune", StringComparison.Ordinal) || i.Script.Contains("--omit=dev", StringComparison.Ordinal) || i.Script.Contains("--prod", StringComparison.Ordinal)));
}
