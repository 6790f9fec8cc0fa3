namespace Tain.Config;

/// <summary>The table of all settings. tain.yaml, TAIN_… variables, flags, <c>tain config</c>, <c>--help</c> and docs/configuration.md come from it.</summary>
internal static class Settings
{
    /// <summary>The groups in the order in which they are shown, with their titles.</summary>
    public static IReadOnlyList<(string Group, string Title)> Groups { get; } =
    [
        ("", "Server"),
        ("log", "Logs"),
        ("scrub", "Integrity"),
        ("upstream", "Other servers, whatever the ecosystem"),
        ("go", "Go modules"),
        ("go.git", "Go modules from git"),
    ];

    public static IReadOnlyList<Setting> All { get; } = [.. ServerSettings.All, .. UpstreamSettings.All, .. GoSettings.All, .. GoDirectSettings.All];

    public static Setting? FindOrNull(string key) => All.FirstOrDefault(s => s.Key == key);
}
