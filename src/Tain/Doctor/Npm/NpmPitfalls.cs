namespace Tain.Doctor.Npm;

internal static class NpmPitfalls
{
    public static IReadOnlyList<Pitfall> All { get; } = [];
}
