namespace Tain.Doctor.Go;

internal static class GoPitfalls
{
    public static IReadOnlyList<Pitfall> All { get; } = [];
}
