namespace Tain.Doctor.Npm;

/// <summary>Who installs. The two yarns share a name and a lockfile's, and read different settings.</summary>
internal enum NpmTool { Npm, Pnpm, Yarn1, Yarn, Bun }
