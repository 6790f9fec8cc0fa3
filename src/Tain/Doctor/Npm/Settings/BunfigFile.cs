using Tain.Doctor.Files;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Tain.Doctor.Npm.Settings;

/// <summary>bunfig.toml: <c>[install]</c> has the registry, <c>[install.scopes]</c> those of scopes, as a URL or a table with a <c>url</c>.</summary>
internal static class BunfigFile
{
    public static IReadOnlyList<NpmSetting> Read(TextFile file, FileReader files)
    {
        var settings = new List<NpmSetting>();
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(file.Text.TrimStart('\ufeff'), file.Shown);
        }
        catch (Exception e) when (e is Tomlyn.TomlException or ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            files.PassOverMalformed(file, "TOML", 1, e.Message);
            return settings;
        }
        if (document.HasErrors)
        {
            var first = document.Diagnostics.First();
            files.PassOverMalformed(file, "TOML", first.Span.Start.Line + 1, first.Message);
            return settings;
        }
        var shift = file.Text.Length - file.Text.TrimStart('\ufeff').Length;
        foreach (var pair in document.KeyValues)
            Walk([], pair);
        foreach (var table in document.Tables.OfType<TableSyntax>())
        {
            foreach (var pair in table.Items)
                Walk(Keys(table.Name), pair);
        }
        return settings;

        void Walk(IReadOnlyList<string> above, KeyValueSyntax pair)
        {
            IReadOnlyList<string> path = [.. above, .. Keys(pair.Key)];
            if (pair.Value is InlineTableSyntax table)
            {
                foreach (var item in table.Items)
                {
                    if (item.KeyValue is { } inner)
                        Walk(path, inner);
                }
            }
            else if (pair.Value is StringValueSyntax { Value: { } value, Token: { } token } && KeyOrNull(path) is { } key)
                settings.Add(new(key, value, file.AtLine(token.Span.Start.Line + 1), token.Span.Start.Offset + 1 + shift, Math.Max(token.Span.Length - 2, 0)) { WrittenKey = string.Join('.', path) });
        }
    }

    private static string? KeyOrNull(IReadOnlyList<string> path) => path switch
    {
        ["install", "registry"] or ["install", "registry", "url"] => NpmSetting.Registry,
        ["install", "registry", "token"] => "_authToken",
        ["install", "registry", "password"] => "_password",
        ["install", "scopes", var scope] => "@" + scope.TrimStart('@') + ":registry",
        ["install", "scopes", var scope, "url"] => "@" + scope.TrimStart('@') + ":registry",
        ["install", "scopes", var scope, "token"] => "@" + scope.TrimStart('@') + ":_authToken",
        ["install", "scopes", var scope, "password"] => "@" + scope.TrimStart('@') + ":_password",
        _ => null,
    };

    private static IReadOnlyList<string> Keys(KeySyntax? key)
        => key is null ? [] : [Word(key.Key), .. key.DotKeys.Select(d => Word(d.Key))];

    private static string Word(BareKeyOrStringValueSyntax? word) => word switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };
}
