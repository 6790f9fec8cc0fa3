namespace Tain.Doctor.Containers;

internal static class ContainerPitfalls
{
    public static IReadOnlyList<Pitfall> All { get; } = [.. ImagePitfalls.All, .. MirrorPitfalls.All, .. DockerfilePitfalls.All];
}
