using System.Text.Json;
using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Fixes;

/// <summary>What a file of YAML, JSON or TOML says, whatever it is written in.</summary>
/// <param name="Scalar">Null for a map and a list.</param>
internal sealed record Tree(string Kind, string? Scalar)
{
    private readonly List<(string Key, Tree Value)> _children = [];

    public IReadOnlyList<(string Key, Tree Value)> Children => _children;

    public static Tree Of(IReadOnlyList<YamlDocument> documents)
    {
        var made = new Dictionary<YamlNode, Tree>(ReferenceEqualityComparer.Instance);
        var root = new Tree("documents", null);
        foreach (var document in documents)
            root._children.Add(("", Of(document.RootNode, made)));
        return root;
    }

    public static Tree Of(JsonValue value)
    {
        var tree = new Tree(value.Kind.ToString(), value.Children.Count == 0 ? value.Text : null);
        foreach (var (key, _, child) in value.Children)
            tree._children.Add((key, Of(child)));
        return tree;
    }

    public static Tree Of(TomlValue value)
    {
        var tree = new Tree(value.Kind.ToString(), value.Text);
        foreach (var (key, child) in value.Children)
            tree._children.Add((key, Of(child)));
        return tree;
    }

    /// <summary>An anchor's node is one, however many aliases it has.</summary>
    private static Tree Of(YamlNode node, Dictionary<YamlNode, Tree> made)
    {
        if (made.TryGetValue(node, out var tree))
            return tree;
        made[node] = tree = new(node.NodeType.ToString(), (node as YamlScalarNode)?.Value);
        if (node is YamlSequenceNode list)
        {
            foreach (var child in list.Children)
                tree._children.Add(("", Of(child, made)));
        }
        else if (node is YamlMappingNode map)
        {
            foreach (var (key, value) in map.Children)
                tree._children.Add(((key as YamlScalarNode)?.Value ?? "", Of(value, made)));
        }
        return tree;
    }

    /// <summary>What is not the same in two trees; null when one is of another shape than the other.</summary>
    public static (int Changed, int Removed, int Added)? DifferenceOrNull(Tree before, Tree after)
    {
        var (changed, removed, added) = (0, 0, 0);
        var seen = new HashSet<Tree>(ReferenceEqualityComparer.Instance);
        return IsAlike(before, after) ? (changed, removed, added) : null;

        bool IsAlike(Tree a, Tree b)
        {
            if (!seen.Add(a))
                return true;
            if (a.Kind != b.Kind)
                return false;
            if (a.Scalar != b.Scalar)
                changed++;
            if (a.Children.Count > b.Children.Count && IsShorter(a, b))
            {
                changed++;
                return true;
            }
            var keysBefore = a.Children.Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
            var keysAfter = b.Children.Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
            for (var (i, j) = (0, 0); i < a.Children.Count || j < b.Children.Count;)
            {
                if (i < a.Children.Count && j < b.Children.Count && a.Children[i].Key == b.Children[j].Key)
                {
                    if (!IsAlike(a.Children[i++].Value, b.Children[j++].Value))
                        return false;
                }
                else if (i < a.Children.Count && !keysAfter.Contains(a.Children[i].Key))
                {
                    (i, removed) = (i + 1, removed + 1);
                }
                else if (j < b.Children.Count && !keysBefore.Contains(b.Children[j].Key))
                {
                    (j, added) = (j + 1, added + 1);
                }
                else
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>A list of JSON's without some of its strings: one edit writes it anew, since each has a comma on one side only.</summary>
    private static bool IsShorter(Tree before, Tree after)
    {
        if (before.Kind != nameof(JsonTokenType.StartArray) || before.Children.Any(c => c.Value.Scalar is null))
            return false;
        var kept = 0;
        foreach (var (_, child) in before.Children)
        {
            if (kept < after.Children.Count && after.Children[kept].Value.Scalar == child.Scalar)
                kept++;
        }
        return kept == after.Children.Count;
    }
}
