using Tain.Doctor.Containers;
using Tain.Doctor.Go;
using Tain.Doctor.Npm;

namespace Tain.Doctor;

/// <summary>All that the doctor knows to find.</summary>
internal static class Pitfalls
{
    public static IReadOnlyList<Pitfall> All { get; } = [.. GoPitfalls.All, .. NpmPitfalls.All, .. ContainerPitfalls.All];

    public static Pitfall? OrNull(string id) => All.FirstOrDefault(p => p.Id == id);
}
