namespace Tain.Doctor.Containers;

internal static class ContainerPitfalls
{
    public static IReadOnlyList<Pitfall> All { get; } = [];
}
