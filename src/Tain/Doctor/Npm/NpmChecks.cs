using Tain.Doctor.Npm.Checks;

namespace Tain.Doctor.Npm;

/// <summary>What goes wrong between npm, pnpm, yarn, bun and their registries.</summary>
internal static class NpmChecks
{
    public static void Run(Scene scene)
    {
        var npm = new NpmScene(scene);
        var own = new OwnScopes(npm);
        ScopeChecks.Run(npm, own);
        ImageScopes.Run(npm, own);
        RegistryChecks.Run(npm);
        DifferenceChecks.Run(npm);
        TransportChecks.Run(npm);
        TokenChecks.Run(npm);
        LockfileChecks.Run(npm, own);
        UnreadChecks.Run(npm);
        foreach (var setting in npm.AllSettings().Where(s => s.IsRegistry && !s.IsComputed))
            scene.AddMirror("npm", setting.Value, setting.Place);
    }
}
