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
        var command = CommandLine.Commands.FirstOrDefault(c => c.Name == topic);
        if (command.Name is null)
        {
            to.WriteLine("tain: a company's own mirror for Go modules.");
            to.WriteLine();
            to.WriteLine("Usage: tain COMMAND [flags]");
            to.WriteLine();
            foreach (var (name, _, doc) in CommandLine.Commands)
                Entry(to, name, doc);
            to.WriteLine();
            to.WriteLine("tain COMMAND --help tells more. Exit codes: 0 all went well, 1 it failed, 2 the command line or");
            to.WriteLine("the configuration is wrong and nothing was done.");
            return;
        }

        to.WriteLine($"tain {command.Name}: {command.Doc}");
        to.WriteLine();
        var argument = CommandLine.Arguments.GetValueOrDefault(command.Name);
        to.WriteLine($"Usage: tain {command.Name}{(argument.Name is null ? "" : " " + argument.Name)}{(command.HasSettings ? " [flags]" : "")}");
        if (!command.HasSettings)
            return;
        to.WriteLine();
        if (argument.Name is not null)
            Entry(to, argument.Name, argument.Doc);
        if (command.Name == "config")
            Entry(to, "--json", "Print JSON instead of YAML.");
        if (command.Name == "verify")
        {
            Entry(to, "--repair", "Do not only look: put what is wrong in quarantine, fetch it again with the same identity, and have proved what has no proof. Needs the data folder for itself, while to look runs beside a server and changes nothing. A running server does the same by itself (scrub.rate).");
            Entry(to, "--json", "Print one JSON object instead of a line a finding.");
        }
        if (command.Name == "audit-log")
        {
            Entry(to, "--upstream URL", "Walk it at this address, such as a mirror's https://tain.corp.example/go/sumdb/sum.golang.org, and hold the database's own head against it.");
            Entry(to, "--json", "Print one JSON object.");
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
