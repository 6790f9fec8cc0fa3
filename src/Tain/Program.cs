using Tain.Commands;
using Tain.Config;

var line = CommandLine.Parse(args, ConfigInput.ProcessEnvironment(), Directory.GetCurrentDirectory());
return line.Command switch
{
    "serve" => await line.WithOptionsAsync(ServeCommand.RunAsync),
    "doctor" => await DoctorCommand.RunAsync(line),
    "audit-log" => await AuditLogCommand.RunAsync(line),
    "verify" => await line.WithOptionsAsync((options, ct) => VerifyCommand.RunAsync(options, line.Has("--repair"), line.Json, ct)),
    "config" => ConfigCommand.Run(line),
    "version" when line.Problems.Count == 0 => VersionCommand.Run(),
    "help" => HelpCommand.Run(line),
    _ => line.Refuse(),
};
