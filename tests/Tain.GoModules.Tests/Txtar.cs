using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Reads the txtar cases of x/mod's zip package where they are installed.</summary>
internal static class Txtar
{
    private static readonly string s_folder = Path.Combine(GoTools.XMod, "zip", "testdata");

    /// <summary>The names of the cases in these folders, such as <c>create/simple.txt</c>.</summary>
    public static IEnumerable<string> Cases(params string[] folders) =>
        folders.SelectMany(folder => Directory.GetFiles(Path.Combine(s_folder, folder), "*.txt").Select(f => folder + "/" + Path.GetFileName(f))).Order(StringComparer.Ordinal);

    public static (Dictionary<string, string> Fields, List<(string Name, byte[] Content)> Files) Read(string name)
    {
        // Latin-1 keeps each byte: some names are no UTF-8.
        var fields = new Dictionary<string, string>();
        var files = new List<(string, byte[])>();
        string? current = null;
        var content = new StringBuilder();
        foreach (var line in File.ReadAllText(Path.Combine(s_folder, name), Encoding.Latin1).Split('\n'))
        {
            if (line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal))
            {
                if (current != null) files.Add((current, Encoding.Latin1.GetBytes(content.ToString())));
                current = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line[3..^3].Trim()));
                content.Clear();
            }
            else if (current != null)
            {
                content.Append(line).Append('\n');
            }
            else if (line.Split('#')[0].Split('=', 2) is [var key, var value])
            {
                fields[key.Trim()] = value.Trim();
            }
        }
        // The file ends with a newline; what Split made of it is none.
        if (current != null) files.Add((current, Encoding.Latin1.GetBytes(content.ToString()[..^1])));
        return (fields, files);
    }
}
