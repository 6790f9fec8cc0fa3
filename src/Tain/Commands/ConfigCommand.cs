using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Config;

namespace Tain.Commands;

/// <summary><c>tain config</c>: the effective configuration, fit to be a tain.yaml, each value with where it comes from; passwords masked.</summary>
internal static class ConfigCommand
{
    // Plain YAML scalars that no reader takes for anything else.
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_-");

    public static int Run(CommandLine line)
    {
        var configuration = Configuration.Load(line.Settings);
        if (configuration.Options is not { } options)
            return CommandLine.Report("the configuration", configuration.Problems);
        foreach (var warning in options.Warnings)
            Console.Error.WriteLine("tain: warning: " + warning);
        Console.Out.Write(line.Json ? ToJson(configuration) : ToYaml(configuration));
        return ExitCode.Ok;
    }

    internal static string ToYaml(Configuration configuration)
    {
        var yaml = new StringBuilder();
        var group = "";
        foreach (var value in configuration.Values)
        {
            if (value.Setting.Group != group)
            {
                group = value.Setting.Group;
                yaml.Append('\n').Append(group).Append(":\n");
            }
            var key = group.Length == 0 ? value.Setting.Key : "  " + value.Setting.Key[(group.Length + 1)..];
            yaml.Append(key).Append(": ").Append(Scalar(value.Text)).Append(" # ").Append(value.Origin).Append('\n');
        }
        return yaml.ToString();
    }

    internal static string ToJson(Configuration configuration)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var value in configuration.Values)
            {
                writer.WriteStartObject(value.Setting.Key);
                writer.WriteString("value", value.Text);
                writer.WriteString("origin", value.Origin);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static string Scalar(string text)
    {
        if (text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        // A JSON string is a YAML double-quoted scalar (YAML 1.2).
        return "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) + "\"";
    }
}
