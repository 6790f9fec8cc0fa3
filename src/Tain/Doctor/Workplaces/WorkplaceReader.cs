using System.Buffers;
using Tain.Doctor.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Workplaces;

/// <summary>Reads what a repository's files say about the tools that run there.</summary>
internal sealed class WorkplaceReader(FileReader files, IReadOnlyCollection<string> names)
{
    private static readonly HashSet<string> Scripts = new(StringComparer.Ordinal) { "run", "script", "before_script", "after_script", "command", "commands", "args", "cmd", "cmds", "bash" };

    private readonly SearchValues<string> _anyName = SearchValues.Create([.. names], StringComparison.Ordinal);

    /// <summary>The workplace that a file is; null when it is none, or can't be read.</summary>
    public Workplace? ReadOrNull(string folder, string path)
    {
        var name = Path.GetFileName(path);
        if (WorkplaceNames.KindOrNull(folder, name) is not { } kind || files.ReadOrNull(path) is not { } file)
            return null;
        var pipeline = kind is WorkplaceKind.Pipeline ? WorkplaceNames.PipelineOf(folder, name) : PipelineKind.Other;
        if (!WorkplaceNames.IsYaml(name))
            return new(kind, file, file.Text.AsSpan().ContainsAny(_anyName) ? [.. AssignmentScan.Find(file, names, 0, file.Text.Length, WorkplaceNames.SyntaxOf(name))] : [], file.Text) { Pipeline = pipeline };
        var mayBeIncluded = kind is WorkplaceKind.Deployment && WorkplaceNames.MayBeIncluded(folder) && file.Text.Contains("script:", StringComparison.Ordinal);
        if (kind is WorkplaceKind.Deployment && !mayBeIncluded && !WorkplaceNames.IsCompose(name) && !IsManifest(file))
            return null;
        if (YamlFile.ParseOrNull(file, files) is not { } documents)
            return null;
        if (mayBeIncluded && !documents.Any(IsGitLab))
            return null;
        if (mayBeIncluded)
            (kind, pipeline) = (WorkplaceKind.Pipeline, PipelineKind.GitLab);
        var assignments = new List<Assignment>();
        // Most manifests set none of them: then their values need no second look.
        if (file.Text.AsSpan().ContainsAny(_anyName))
        {
            foreach (var document in documents)
                Walk(file, document.RootNode, assignments);
        }
        return new(kind, file, assignments, null) { Documents = documents, Watched = names, Pipeline = pipeline };
    }

    /// <summary>A template of Helm's has braces where YAML has none, and is a manifest only when it is rendered.</summary>
    private static bool IsManifest(TextFile file) =>
        file.Text.Contains("apiVersion:", StringComparison.Ordinal) && file.Text.Contains("kind:", StringComparison.Ordinal) && !file.Text.Contains("{{", StringComparison.Ordinal);

    /// <summary>A job is a mapping with a script.</summary>
    private static bool IsGitLab(YamlDocument document) => document.RootNode is YamlMappingNode root && root.Children.Values.Any(j => j.ChildOrNull("script") is YamlScalarNode or YamlSequenceNode);

    /// <summary>Those of some places of a workplace's file where a command begins, and is not only spoken of.</summary>
    public static IReadOnlySet<int> Commands(Workplace workplace, IEnumerable<int> places)
    {
        int[] sorted = [.. places.Order()];
        var commands = new HashSet<int>();
        if (workplace.File is not { } file || sorted.Length == 0)
            return commands;
        if (!WorkplaceNames.IsYaml(file.Name))
        {
            commands.UnionWith(AssignmentScan.Commands(file, sorted, 0, file.Text.Length, WorkplaceNames.SyntaxOf(file.Name)));
            return commands;
        }
        foreach (var (key, node) in workplace.Documents.SelectMany(d => YamlFile.Scalars(d.RootNode)).Where(s => !RunText.IsProse(s.Key)))
        {
            var (start, length, quote) = file.Span(node);
            var first = Array.BinarySearch(sorted, start) is var found && found < 0 ? ~found : found;
            // Most scalars have none of the places: they need no scan.
            if (first == sorted.Length || sorted[first] >= start + length)
                continue;
            var inside = sorted.Skip(first).TakeWhile(p => p < start + length);
            commands.UnionWith(AssignmentScan.Commands(file, inside, start, length, SyntaxOf(key, node, quote, isInFlow: false)));
        }
        return commands;
    }

    /// <summary>How what stands in a scalar is read.</summary>
    private static TextSyntax SyntaxOf(string key, YamlScalarNode scalar, char quote, bool isInFlow)
    {
        var isPlain = scalar.Style is ScalarStyle.Plain;
        return isPlain && isInFlow ? TextSyntax.InsideFlow : isPlain || quote != '\0' || !Scripts.Contains(key) ? TextSyntax.Inside : TextSyntax.Shell;
    }

    /// <summary>All nodes below, in the file's order; one that has several aliases is read once.</summary>
    private void Walk(TextFile file, YamlNode root, List<Assignment> assignments)
    {
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(string Key, YamlNode Node, bool IsInFlow)>();
        open.Push(("", root, false));
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next.Node))
                continue;
            if (next.Node is YamlScalarNode scalar)
                Add(file, next.Key, scalar, next.IsInFlow, assignments);
            else if (next.Node is YamlSequenceNode list)
            {
                foreach (var child in list.Children.Reverse())
                    open.Push((next.Key, child, next.IsInFlow || list.Style is SequenceStyle.Flow));
            }
            else if (next.Node is YamlMappingNode map)
            {
                var isFlow = next.IsInFlow || map.Style is MappingStyle.Flow;
                var isNote = next.Key is "annotations" or "labels";
                // "- name: GOPROXY" and "value: …", as Kubernetes has it,
                // and GitLab's "GOPROXY: {value: …, description: …}".
                var named = map.ChildOrNull("name").TextOrNull() is { } name && names.Contains(name) ? name : names.Contains(next.Key) ? next.Key : null;
                foreach (var (key, value) in map.Children.Reverse())
                    open.Push((isNote || (key as YamlScalarNode)?.Value is not { } text ? "" : named is not null && text == "value" ? named : text, value, isFlow));
            }
        }
    }

    private void Add(TextFile file, string key, YamlScalarNode scalar, bool isInFlow, List<Assignment> assignments)
    {
        // No setting is longer; a script may be, on lines of its own.
        if (scalar.Value is not { } value || (value.Length > Surroundings.MaxLine && (names.Contains(key) || !value.Contains('\n', StringComparison.Ordinal))))
            return;
        var (start, length, quote) = file.Span(scalar);
        var isPlain = scalar.Style is ScalarStyle.Plain;
        // Escapes, anchors, tags, many lines: what stands there is not what it means.
        var isLiteral = (quote != '\0' || isPlain) && file.Text.AsSpan(start, Math.Min(length, file.Text.Length - start)).SequenceEqual(value);
        if (names.Contains(key))
        {
            assignments.Add(new(key, value, file.At(scalar), start, length) { Spot = !isLiteral ? Spot.Fixed : quote != '\0' ? Spot.Delimited : isInFlow ? Spot.YamlFlow : Spot.YamlValue });
            return;
        }
        if (!value.AsSpan().ContainsAny(_anyName) || RunText.IsProse(key))
            return;
        // "- GOPROXY=a, b" of a compose file: the value is what is left of the scalar.
        if (names.FirstOrDefault(n => value.StartsWith(n + "=", StringComparison.Ordinal)) is { } name && !value.Contains('\n', StringComparison.Ordinal) && (key is "environment" or "env" || !value.Contains(' ', StringComparison.Ordinal)))
            assignments.Add(new(name, value[(name.Length + 1)..], file.At(scalar), start + name.Length + 1, length - name.Length - 1) { Spot = !isLiteral ? Spot.Fixed : quote != '\0' ? Spot.Delimited : isInFlow ? Spot.YamlFlow : Spot.YamlRest });
        else
            assignments.AddRange(AssignmentScan.Find(file, names, start, Math.Min(length, file.Text.Length - start), SyntaxOf(key, scalar, quote, isInFlow)));
    }
}
