namespace Tain.Doctor.Containers;

/// <summary>What is wrong with the names of images themselves.</summary>
internal static class ImageChecks
{
    /// <summary>Examples that a finding gives for a whole file.</summary>
    private const int MaxExamples = 3;

    public static void Run(Scene scene, IReadOnlyList<ImageUse> uses)
    {
        foreach (var use in uses)
        {
            AddMoving(scene, use);
            AddNotAllowed(scene, use);
            if (KnownHosts.RetiredOrNull(use.Image.Registry) is { } source)
                scene.Add(new(MirrorPitfalls.Retired, use.Place, new Fact("host", use.Image.Registry), new Fact("source", source)));
        }
        foreach (var file in uses.Where(IsToBePinned).GroupBy(u => u.Place.File))
            AddNotPinned(scene, [.. file]);
    }

    private static void AddMoving(Scene scene, ImageUse use)
    {
        if (use.IsTagOpen || KnownHosts.IsOwn(use.Image.Registry) || !MovingTags.Has(use.Image))
            return;
        // Docker itself recommends the moving "docker/dockerfile:1", and "labs" for what is new.
        if (use.Kind is ImageUseKind.Syntax && use.Image.Tag is not (null or "latest"))
            return;
        scene.Add(new(ImagePitfalls.MovingTag, use.Place, new Fact("image", use.Image.Text), new Fact("name", WithoutTag(use.Image)), new Fact("tag", use.Image.Tag ?? "latest")));
    }

    private static void AddNotAllowed(Scene scene, ImageUse use)
    {
        if (scene.Team.Images.Count == 0 || scene.Team.Images.Any(p => IsBelow(use.Image, p)))
            return;
        var (text, name) = (use.Image.Text, use.Image.Name);
        scene.Add(new(ImagePitfalls.NotAllowed, use.Place, new Fact("image", text), new Fact("what", text.StartsWith(name, StringComparison.Ordinal) ? new Words(text, text) : new Words($"{text} ({name})", $"{text}（即 {name}）")), new Fact("name", name), new Fact("allowed", string.Join(", ", scene.Team.Images)),
            new Fact("file", DoctorFile.Name)));
    }

    /// <summary>An entry without a host is one of Docker Hub's: <c>library</c>, or <c>nginx</c>.</summary>
    private static bool IsBelow(ImageReference image, string entry)
    {
        entry = entry.TrimEnd('/');
        var first = entry.Split('/')[0];
        if (first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost")
            return image.IsBelow(entry);
        return image.IsBelow($"{ImageReference.DockerHub}/{entry}") || image.IsBelow($"{ImageReference.DockerHub}/library/{entry}");
    }

    /// <summary>What ends up with others: images that are built and Pods. In a pipeline or a compose file a version does: nobody ships what runs there,
    /// and a digest would have to be renewed by hand.</summary>
    private static bool IsToBePinned(ImageUse use)
        => use.Kind is ImageUseKind.From or ImageUseKind.CopyFrom or ImageUseKind.Kubernetes && use.Image.Digest is null && !use.IsTagOpen && !KnownHosts.IsOwn(use.Image.Registry) && !MovingTags.Has(use.Image) && !IsCommit(use.Image.Tag);

    /// <summary>A tag that ends in a commit's hash is made once.</summary>
    private static bool IsCommit(string? tag)
    {
        var last = tag?[(tag.LastIndexOfAny(['-', '.', '_']) + 1)..] ?? "";
        if (last.StartsWith('g'))
            last = last[1..];
        return last.Length is >= 7 and <= 64 && last.All(char.IsAsciiHexDigitLower) && last.Any(char.IsAsciiDigit) && last.Any(char.IsAsciiLetterLower);
    }

    private static void AddNotPinned(Scene scene, List<ImageUse> uses)
    {
        var images = uses.Select(u => u.Image.Text).Distinct(StringComparer.Ordinal).ToList();
        var examples = string.Join(", ", images.Take(MaxExamples)) + (images.Count > MaxExamples ? ", …" : "");
        scene.Add(new(ImagePitfalls.NotPinned, uses[0].Place, new Fact("count", images.Count), new Fact("examples", examples), new Fact("image", images[0])));
    }

    private static string WithoutTag(ImageReference image) => image.Tag is null ? image.Text : image.Text[..^(image.Tag.Length + 1)];
}
