namespace Tain.Doctor.Containers;

/// <summary>What goes wrong between images, their registries, and the mirrors in front of them.</summary>
internal static class ContainerChecks
{
    public static void Run(Scene scene)
    {
    }
}
