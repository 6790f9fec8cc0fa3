namespace Tain.GoModules;

/// <summary>A require directive.</summary>
/// <param name="Path">The module's path, which agrees with the version's major but is not checked otherwise.</param>
/// <param name="Version">The canonical version.</param>
/// <param name="Indirect">Whether its comment says <c>// indirect</c>.</param>
public sealed record GoModRequirement(string Path, string Version, bool Indirect);

/// <summary>An exclude directive.</summary>
/// <param name="Path">The module's path, which agrees with the version's major but is not checked otherwise.</param>
/// <param name="Version">The canonical version.</param>
public sealed record GoModExclusion(string Path, string Version);

/// <summary>A replace directive.</summary>
/// <param name="OldPath">The path of the module that is replaced.</param>
/// <param name="OldVersion">Its canonical version; empty for all of them.</param>
/// <param name="NewPath">The path of the module that takes its place, or a directory.</param>
/// <param name="NewVersion">Its canonical version; empty exactly when it is a directory.</param>
public sealed record GoModReplacement(string OldPath, string OldVersion, string NewPath, string NewVersion);

/// <summary>A retract directive. The versions are as they were written: neither canonical nor checked.</summary>
/// <param name="Low">The first version that is retracted.</param>
/// <param name="High">The last; equal to <paramref name="Low"/> for a single one.</param>
/// <param name="Rationale">The directive's comments, or its block's where it has none; lines are separated by <c>\n</c>.</param>
public sealed record GoModRetraction(string Low, string High, string Rationale);

/// <summary>A godebug directive.</summary>
public sealed record GoModDebugSetting(string Key, string Value);
