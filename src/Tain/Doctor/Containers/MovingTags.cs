using System.Text.RegularExpressions;

namespace Tain.Doctor.Containers;

/// <summary>Which tags their makers move on from one version to the next.</summary>
internal static partial class MovingTags
{
    /// <summary>Tags, or the first word of them, that go from one version to the next without a word. A number, even a major one by itself, and a
    /// distribution's code name bound at least what may come.</summary>
    private static readonly HashSet<string> Moving = new(StringComparer.OrdinalIgnoreCase)
    {
        "latest", "stable", "edge", "main", "master", "trunk", "head", "nightly", "daily", "weekly", "lts", "current", "mainline", "rolling", "dev", "devel", "develop", "development",
        "next", "canary", "snapshot", "unstable", "testing", "sid", "rawhide", "preview", "insiders", "beta", "alpha", "rc", "release", "prod", "production", "staging",
        // Only what it is built on: "node:alpine" is any version of node.
        "alpine", "slim", "fpm", "apache", "cli", "dind", "rootless", "nonroot", "debug",
    };

    /// <summary>Whether the image may be another one tomorrow without anybody's doing.</summary>
    public static bool Has(ImageReference image)
    {
        if (image.Digest is not null)
            return false;
        if (image.Tag is not { } tag)
            return true;
        var first = tag.AsSpan().IndexOfAny('-', '_', '.') is > 0 and var end ? tag[..end] : tag;
        // "release-1.2", "main-4f2a9c1" and "dev-20240102" say what they are; "lts-alpine3.20" and "latest-amd64" say so of what they stand on only.
        if (Moving.Contains(first))
            return !Parts(tag[first.Length..]).Any(p => !Base().IsMatch(p) && p.AsSpan().ContainsAnyInRange('0', '9'));
        // "python:bookworm" is any version of python. What others than the known ones call so may be their own.
        return OfficialImages.Programs.Contains(image.Last) && Parts(tag).All(p => Base().IsMatch(p));
    }

    private static IEnumerable<string> Parts(string tag) => tag.Replace("x86_64", "amd64", StringComparison.Ordinal).Split('-', '_').Where(p => p.Length > 0);

    /// <summary>A base system and its version, a Java to run on, or a processor.</summary>
    [GeneratedRegex(@"\A(?:(?:alpine|debian|ubuntu|ubi|fedora|fc|centos|rockylinux|almalinux|oraclelinux|ol|el|amazonlinux|amzn|al|windowsservercore|nanoserver|ltsc)[\d.]*|wheezy|jessie|stretch|buster|bullseye|bookworm|trixie|forky|xenial|bionic|focal|jammy|noble|plucky|questing|slim|minimal|(?:jdk|jre|java|cuda|cu)[\d.]*|amd64|x64|i386|386|arm|arm32|arm32v\d|arm64|arm64v\d|armv\d|armhf|aarch64|ppc64le|s390x|riscv64|linux)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Base();
}
