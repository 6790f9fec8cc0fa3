using Tain.Config;

namespace Tain.Commands;

/// <summary><c>tain --help</c> and <c>tain COMMAND --help</c>.</summary>
internal static class HelpCommand
{
    private const int Width = 100;

    public static int Run(CommandLine line)
    {
        Write(Console.Out, line.Topic);
        return ExitCode.Ok;
    }

    internal static void Write(TextWriter to, string? topic)
    {
        var command = CommandTable.FindOrNull(topic);
        if (command is null)
        {
            to.WriteLine("tain: a company's own mirror for Go modules.");
            to.WriteLine();
            to.WriteLine("Usage: tain COMMAND [flags]");
            to.WriteLine();
            foreach (var spec in CommandTable.All)
                Entry(to, spec.Name, spec.Doc);
            to.WriteLine();
            to.WriteLine("tain COMMAND --help tells more. Exit codes: 0 all went well, 1 it failed, 2 the command line or");
            to.WriteLine("the configuration is wrong and nothing was done.");
            return;
        }

        to.WriteLine($"tain {command.Name}: {command.Doc}");
        to.WriteLine();
        var argument = command.Argument is { } word ? word.IsOptional ? $" [{word.Name}]" : " " + word.Name : "";
        to.WriteLine($"Usage: tain {command.Name}{argument}{(command.HasSettings || command.Flags.Count > 0 ? " [flags]" : "")}");
        if (!command.HasSettings && command.Flags.Count == 0)
            return;
        to.WriteLine();
        if (command.Argument is { } about)
            Entry(to, about.Name, about.Doc);
        foreach (var flag in command.Flags)
            Entry(to, flag.Value is null ? flag.Name : $"{flag.Name} {flag.Value}", flag.Doc);
        if (!command.HasSettings)
        {
            Entry(to, "--help", "Print this.");
            return;
        }
        Entry(to, $"{Configuration.FileFlag} FILE", $"The configuration file. Default: {Configuration.FileVariable}, else ./{Configuration.DefaultFile} if there is one.");
        Entry(to, "--help", "Print this.");
        foreach (var (group, title) in Config.Settings.Groups)
        {
            to.WriteLine();
            to.WriteLine(title + ":");
            foreach (var setting in Config.Settings.All.Where(s => s.Group == group))
            {
                var bounds = setting.Bounds.Length == 0 ? "" : $" Allowed: {setting.Bounds}.";
                Entry(to, $"{setting.Flag} {setting.Syntax}", $"{setting.Doc}{bounds} Default: {(setting.Default.Length == 0 ? "none" : setting.Default)}.");
            }
        }
        to.WriteLine();
        to.WriteLine("Each flag is also a variable (--go-list-ttl: TAIN_GO_LIST_TTL) and a line of the file (go.list-ttl).");
        to.WriteLine("A flag goes before a variable, a variable before the file.");
    }

    private static void Entry(TextWriter to, string name, string doc)
    {
        const int indent = 12;
        var column = name.Length < indent - 3 ? indent : 6;
        to.Write("  " + name);
        if (column == indent)
            to.Write(new string(' ', indent - 2 - name.Length));
        else
            to.Write("\n" + new string(' ', column));
        var at = column;
        var first = true;
        foreach (var word in doc.Split(' '))
        {
            if (!first && at + 1 + word.Length > Width)
            {
                to.Write("\n" + new string(' ', column));
                at = column;
                first = true;
            }
            to.Write(first ? word : " " + word);
            at += word.Length + (first ? 0 : 1);
            first = false;
        }
        to.WriteLine();
    }
}
