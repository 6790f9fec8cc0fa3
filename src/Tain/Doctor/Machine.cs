using System.Net;

namespace Tain.Doctor;

/// <summary>The machine as the tools see it: nothing else of it is looked at.</summary>
/// <param name="Environment">The variables of the process.</param>
/// <param name="Home">The user's folder.</param>
/// <param name="Root">What the files of the system are below: <c>/</c>, but in tests.</param>
internal sealed record Machine(IReadOnlyDictionary<string, string> Environment, string Home, string Root = "/")
{
    /// <summary>The resolver.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public static Machine Current()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        return new(environment, System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile, System.Environment.SpecialFolderOption.DoNotVerify));
    }

    /// <summary>The variable; null when it is not set, or empty: the tools make no difference.</summary>
    public string? VariableOrNull(string name) => Environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A file of the system, such as <c>/etc/docker/daemon.json</c>.</summary>
    public string InSystem(string path) => Path.Join(Root, path);

    public string InHome(string path) => Path.Join(Home, path);

    /// <summary>Where copies of mended files are kept (XDG Base Directory: state).</summary>
    public string CopiesFolder => Path.Join(VariableOrNull("XDG_STATE_HOME") ?? InHome(".local/state"), "tain/doctor");

    /// <summary>XDG's folder for settings, which the go command, podman and yarn use.</summary>
    public string ConfigFolder => VariableOrNull("XDG_CONFIG_HOME") ?? InHome(".config");

    /// <summary>The files that give the environment of a shell its variables.</summary>
    public IReadOnlyList<string> Profiles()
    {
        string[] own = [".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv", ".zprofile", ".zshrc"];
        List<string> profiles = [.. own.Select(InHome), InSystem("/etc/environment"), InSystem("/etc/profile")];
        var folder = InSystem("/etc/profile.d");
        try
        {
            if (Directory.Exists(folder))
                profiles.AddRange(Directory.EnumerateFiles(folder, "*.sh").Order(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that can't be listed hides an origin, not a value.
        }
        return profiles;
    }
}
