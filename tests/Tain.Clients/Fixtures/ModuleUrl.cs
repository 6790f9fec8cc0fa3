using System.Text;

namespace Tain.Clients;

/// <summary>Addresses of the GOPROXY protocol.</summary>
internal static class ModuleUrl
{
    public static string List(string proxy, string module) => $"{proxy}/{Escape(module)}/@v/list";

    public static string Latest(string proxy, string module) => $"{proxy}/{Escape(module)}/@latest";

    /// <param name="kind">info, mod or zip.</param>
    public static string File(string proxy, string module, string version, string kind) => $"{proxy}/{Escape(module)}/@v/{Escape(version)}.{kind}";

    private static string Escape(string name)
    {
        var escaped = new StringBuilder();
        foreach (var c in name)
            _ = char.IsAsciiLetterUpper(c) ? escaped.Append('!').Append(char.ToLowerInvariant(c)) : escaped.Append(c);
        return escaped.ToString();
    }
}
