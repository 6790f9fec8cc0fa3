using System.Globalization;

namespace Tain.Bench;

/// <summary>Memory and processor time of another process, from Linux's /proc.</summary>
internal sealed class ProcessWatch
{
    private readonly int _pid;
    private readonly long _cpuBefore;

    /// <summary>Notes what the process holds now, and resets its high-water mark.</summary>
    public ProcessWatch(int pid)
    {
        _pid = pid;
        File.WriteAllText($"/proc/{pid}/clear_refs", "5"); // proc(5): resets VmHWM to the current resident set.
        IdleKib = Status("VmRSS:");
        _cpuBefore = CpuMilliseconds();
    }

    /// <summary>Resident at the beginning.</summary>
    public long IdleKib { get; }

    /// <summary>The most that was resident since.</summary>
    public long PeakKib() => Status("VmHWM:");

    /// <summary>Used since.</summary>
    public long CpuMillisecondsSince() => CpuMilliseconds() - _cpuBefore;

    private long Status(string key)
    {
        var line = File.ReadLines($"/proc/{_pid}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    // Fields 14 and 15 of stat, counted after the command's name, in hundredths of a second (USER_HZ).
    private long CpuMilliseconds()
    {
        var stat = File.ReadAllText($"/proc/{_pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return 10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
    }
}
