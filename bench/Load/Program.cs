using Tain.Bench;

var usage = string.Join('\n', GetCommand.Usage, CheckCommand.Usage, CorpusCommand.Usage, ReportCommand.Usage);
try
{
    var rest = args.Length == 0 ? new Arguments([]) : new Arguments(args.AsSpan(1));
    switch (args.FirstOrDefault())
    {
        case "get": return GetCommand.Run(rest);
        case "check": return CheckCommand.Run(rest);
        case "corpus": return CorpusCommand.Run(rest);
        case "report": return ReportCommand.Run(rest);
        default:
            Console.WriteLine(usage);
            return args.FirstOrDefault() is "--help" ? 0 : 2;
    }
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"load: {e.Message}\n{usage}");
    return 2;
}
