// Tain.CrashHost STEP N ARGUMENTS…: tain with ARGUMENTS, which kills itself (SIGKILL) the N-th time that it reaches STEP of WriteSteps.
using System.Diagnostics;
using System.Globalization;
using Tain.Commands;
using Tain.Storage;

if (args.Length < 3 || !WriteSteps.All.Contains(args[0]) || !int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out var countdown))
{
    Console.Error.WriteLine($"usage: Tain.CrashHost STEP N ARGUMENTS…, STEP one of {string.Join(", ", WriteSteps.All)}");
    return 2;
}

ServeCommand.Steps = new WriteSteps
{
    OnStep = step =>
    {
        if (step == args[0] && Interlocked.Decrement(ref countdown) == 0)
            Process.GetCurrentProcess().Kill();
    },
};
return (int)typeof(ServeCommand).Assembly.EntryPoint!.Invoke(null, [args[2..]])!;
