namespace Tain.Commands;

/// <summary>What the program returns.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It started and failed: the data folder cannot be opened, the port is taken; what is stored is not sound.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong; nothing was done.</summary>
    public const int Usage = 2;
}
