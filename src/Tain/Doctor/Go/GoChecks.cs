namespace Tain.Doctor.Go;

/// <summary>What goes wrong between the go command and its proxies.</summary>
internal static class GoChecks
{
    public static void Run(Scene scene)
    {
    }
}
