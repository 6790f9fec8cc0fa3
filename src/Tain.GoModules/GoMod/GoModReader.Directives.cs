using System.Text;
using Tain.GoModules.Paths;

namespace Tain.GoModules;

internal ref partial struct GoModReader
{
    private readonly GoModFile File() => new()
    {
        ModulePath = _module,
        Deprecated = _deprecated,
        GoVersion = _go,
        Toolchain = _toolchain,
        Require = _require,
        Exclude = _exclude,
        Replace = _replace,
        Retract = _retract,
        Tool = _tool,
        Ignore = _ignore,
        Godebug = _godebug,
    };

    private readonly GoWorkFile WorkFile() => new()
    {
        GoVersion = _go,
        Toolchain = _toolchain,
        Use = _use,
        Replace = _replace,
        Godebug = _godebug,
    };

    private void Fail(int line, string rule) => _error = $"{FileName}:{line}: {rule}";

    private void Fail(string rule) => Fail(_words[0].Line, rule);

    private readonly ReadOnlySpan<byte> Bytes(int word) => _content.Slice(_words[word].Start, _words[word].Length);

    private readonly string Word(int word) => Encoding.UTF8.GetString(Bytes(word));

    /// <summary>Fit for one line of an error.</summary>
    private static string Shown(string text) => Text.Quote(text);

    private readonly bool IsBlockVerb(string verb) => _dialect == GoModDialect.Workspace
        ? verb is "godebug" or "use" or "replace"
        : verb is "module" or "godebug" or "require" or "exclude" or "replace" or "retract" or "tool" or "ignore";

    /// <summary>Takes the line's directive, whose words begin with number <paramref name="first"/>
    /// (x/mod <c>modfile.File.add</c> and <c>WorkFile.add</c>).</summary>
    /// <returns>What its comments are for.</returns>
    private (CommentUse Use, int Index) Interpret(string verb, int first)
    {
        switch (_dialect)
        {
            case GoModDialect.Dependency when verb is not ("go" or "module" or "retract" or "require" or "ignore"):
                return default;
            case GoModDialect.Workspace when verb is not ("go" or "toolchain" or "godebug" or "use" or "replace"):
            case not GoModDialect.Workspace when verb is "use":
                Fail($"unknown directive: {Shown(verb)}");
                return default;
        }
        var count = _wordCount - first;
        switch (verb)
        {
            case "module":
                return ReadModule(first, count);
            case "go":
                ReadGo(first, count);
                return default;
            case "toolchain":
                ReadToolchain(first, count);
                return default;
            case "godebug":
                ReadGodebug(first, count);
                return default;
            case "require" or "exclude":
                return ReadRequireOrExclude(verb, first, count);
            case "replace":
                ReadReplace(first, count);
                return default;
            case "retract":
                return ReadRetract(first, count);
            case "tool" or "ignore" or "use":
                if (count != 1) Fail($"{verb} directive expects exactly one argument");
                else if (TryString(first, out var path)) (verb == "tool" ? _tool : verb == "use" ? _use : _ignore).Add(path);
                return default;
            default:
                Fail($"unknown directive: {Shown(verb)}");
                return default;
        }
    }

    private (CommentUse, int) ReadModule(int first, int count)
    {
        if (_hasModule)
        {
            Fail("repeated module statement");
            return default;
        }
        _hasModule = true;
        if (count != 1) Fail("usage: module module/path");
        else if (TryString(first, out var path)) _module = path;
        return (CommentUse.Deprecation, 0);
    }

    private void ReadGo(int first, int count)
    {
        if (_go != null) Fail("repeated go statement");
        else if (count != 1) Fail("go directive expects exactly one argument");
        else if (Word(first) is var version && IsGoVersion(version)) _go = version;
        else if (!IsStrict && LaxGoVersion(version) is { } language) _go = language;
        else Fail($"invalid go version {Shown(version)}: must match format 1.23.0");
    }

    private void ReadToolchain(int first, int count)
    {
        if (_toolchain != null) Fail("repeated toolchain statement");
        else if (count != 1) Fail("toolchain directive expects exactly one argument");
        else if (Word(first) is var name && (name is "default" or "go1" || name.StartsWith("go1.", StringComparison.Ordinal))) _toolchain = name;
        else Fail($"invalid toolchain version {Shown(name)}: must match format go1.23.0 or default");
    }

    private void ReadGodebug(int first, int count)
    {
        var setting = count == 1 ? Word(first) : "";
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || setting.AsSpan().IndexOfAny("\"`',") >= 0) Fail("usage: godebug key=value");
        else _godebug.Add(new GoModDebugSetting(setting[..equals], setting[(equals + 1)..]));
    }

    private (CommentUse, int) ReadRequireOrExclude(string verb, int first, int count)
    {
        if (count != 2)
        {
            Fail($"usage: {verb} module/path v1.2.3");
            return default;
        }
        if (!TryString(first, out var path) || !TryVersion(verb, path, first + 1, out var version)) return default;
        if (!TryMajor(verb, path, out var pathMajor) || !Agree(verb, path, version, pathMajor)) return default;
        if (verb == "exclude")
        {
            _exclude.Add(new GoModExclusion(path, version));
            return default;
        }
        _require.Add(new GoModRequirement(path, version, Indirect: false));
        return (CommentUse.Indirect, _require.Count - 1);
    }

    private void ReadReplace(int first, int count)
    {
        var arrow = count >= 2 && Bytes(first + 1).SequenceEqual("=>"u8) ? 1 : 2;
        if (count < arrow + 2 || count > arrow + 3 || !Bytes(first + arrow).SequenceEqual("=>"u8))
        {
            Fail("usage: replace module/path [v1.2.3] => other/module v1.4 or replace module/path [v1.2.3] => ../local/directory");
            return;
        }
        string oldVersion = "", newVersion = "";
        if (!TryString(first, out var oldPath) || !TryMajor("replace", oldPath, out var pathMajor)) return;
        if (arrow == 2 && !(TryVersion("replace", oldPath, first + 1, out oldVersion) && Agree("replace", oldPath, oldVersion, pathMajor))) return;
        if (!TryString(first + arrow + 1, out var newPath)) return;

        var isDirectory = IsDirectory(newPath);
        if (count == arrow + 3)
        {
            if (!TryVersion("replace", newPath, first + arrow + 2, out newVersion)) return;
            if (isDirectory)
            {
                Fail($"replacement module directory path {Shown(newPath)} cannot have version");
                return;
            }
        }
        else if (!isDirectory)
        {
            Fail(newPath.Contains('@', StringComparison.Ordinal)
                ? "replacement module must match format 'path version', not 'path@version'"
                : "replacement module without version must be directory path (rooted or starting with . or ..)");
            return;
        }
        else if (newPath.Contains('\\', StringComparison.Ordinal))
        {
            Fail("replacement directory appears to be Windows path (on a non-windows system)");
            return;
        }
        _replace.Add(new GoModReplacement(oldPath, oldVersion, newPath, newVersion));
    }

    private (CommentUse, int) ReadRetract(int first, int count)
    {
        var rule = Interval(first, count, out var low, out var high, out var used);
        if (rule == null && used < count && IsStrict) rule = $"unexpected token after version: {Shown(Word(first + used))}";
        if (rule != null)
        {
            // There may be other forms one day, which must not make a dependency unreadable.
            if (IsStrict) Fail(rule);
            return default;
        }
        _retract.Add(new GoModRetraction(low, high, ""));
        return (CommentUse.Rationale, _retract.Count - 1);
    }

    /// <summary>What is wrong with <c>VERSION</c> or <c>[VERSION, VERSION]</c>, or null
    /// (x/mod <c>modfile.parseVersionInterval</c>).</summary>
    private readonly string? Interval(int first, int count, out string low, out string high, out int used)
    {
        low = high = "";
        used = 1;
        if (count == 0 || Bytes(first).SequenceEqual("("u8)) return "expected '[' or version";
        if (!Bytes(first).SequenceEqual("["u8))
        {
            var error = RetractedVersion(first, out low);
            high = low;
            return error;
        }
        used = 5;
        if (count < 2) return "expected version after '['";
        if (RetractedVersion(first + 1, out low) is { } lowError) return lowError;
        if (count < 3 || !Bytes(first + 2).SequenceEqual(","u8)) return "expected ',' after version";
        if (count < 4) return "expected version after ','";
        if (RetractedVersion(first + 3, out high) is { } highError) return highError;
        return count < 5 || !Bytes(first + 4).SequenceEqual("]"u8) ? "expected ']' after version" : null;
    }

    private readonly string? RetractedVersion(int word, out string version)
    {
        var rule = Unquote(word, out version);
        return rule == null ? null : $"retract: version {Shown(Word(word))} invalid: {rule}";
    }

    /// <summary>Takes a word's text, out of its quotes.</summary>
    private bool TryString(int word, out string text)
    {
        var rule = Unquote(word, out text);
        if (rule != null) Fail($"invalid quoted string: {rule}");
        return rule == null;
    }

    /// <summary>What is wrong with a word's quotes, or null (x/mod <c>modfile.parseString</c>). Backquotes are read as a
    /// string, but are not allowed.</summary>
    private readonly string? Unquote(int word, out string text)
    {
        var bytes = Bytes(word);
        if (bytes[0] == '"') return GoText.TryUnquote(bytes, out text) ? null : "invalid syntax";
        var quoted = bytes.IndexOfAny((byte)'"', (byte)'\'', (byte)'`') >= 0;
        text = quoted ? "" : Word(word);
        return quoted ? "unquoted string cannot contain quote" : null;
    }

    private bool TryVersion(string verb, string path, int word, out string version)
    {
        var rule = Unquote(word, out var text);
        version = ModuleVersion.Canonical(text);
        if (rule != null) text = Word(word);
        else if (version.Length == 0) rule = "must be of the form v1.2.3";
        if (rule != null) Fail($"{verb} {Shown(path)}: version {Shown(text)} invalid: {rule}");
        return rule == null;
    }

    private bool TryMajor(string verb, string path, out string pathMajor)
    {
        var valid = ModulePath.TrySplitMajor(path, out var prefixLength);
        pathMajor = path[prefixLength..];
        if (!valid) Fail($"{verb} {Shown(path)}: invalid module path");
        return valid;
    }

    /// <summary>Whether version and path have the same major version (x/mod <c>module.CheckPathMajor</c>).</summary>
    private bool Agree(string verb, string path, string version, string pathMajor)
    {
        var agree = ModuleVersion.MatchesPathMajor(version, pathMajor);
        if (!agree) Fail($"{verb} {Shown(path)}: version {Shown(version)} invalid: should be {Shown(ModuleVersion.MajorRule(pathMajor))}");
        return agree;
    }

    /// <summary>Whether it is a directory, on Unix or Windows, and no module (x/mod <c>modfile.IsDirectoryPath</c>).</summary>
    private static bool IsDirectory(ReadOnlySpan<char> path)
    {
        if (path.Length >= 2 && char.IsAsciiLetter(path[0]) && path[1] == ':') return true;
        var separator = path.IndexOfAny('/', '\\');
        return (separator < 0 ? path : path[..separator]) is "." or ".." || separator == 0;
    }

    /// <summary>Whether it has the form <c>1.21</c>, <c>1.21.3</c>, <c>1.21rc2</c> or <c>1.21.3rc2</c>
    /// (x/mod <c>modfile.GoVersionRE</c>, which takes a few versions that <see cref="GoVersion"/> does not).</summary>
    private static bool IsGoVersion(ReadOnlySpan<char> text)
    {
        if (!TryLanguage(ref text)) return false;
        if (!text.IsEmpty && text[0] == '.')
        {
            text = text[1..];
            if (!Semver.TakeNumber(ref text, out _)) return false;
        }
        if (text.IsEmpty) return true;
        var kind = text.IndexOfAnyExceptInRange('a', 'z');
        return kind > 0 && text[kind..].IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>The <c>1.21</c> that the text begins with, perhaps behind a <c>v</c>, when something other than a digit
    /// follows; else null (x/mod <c>modfile.laxGoVersionRE</c>).</summary>
    private static string? LaxGoVersion(string text)
    {
        var language = text.StartsWith('v') ? text.AsSpan(1) : text;
        var rest = language;
        return TryLanguage(ref rest) && !rest.IsEmpty ? language[..^rest.Length].ToString() : null;
    }

    /// <summary>Takes <c>1.21</c> from the beginning.</summary>
    private static bool TryLanguage(scoped ref ReadOnlySpan<char> text)
    {
        if (!Semver.TakeNumber(ref text, out var major) || major is "0" || text.IsEmpty || text[0] != '.') return false;
        text = text[1..];
        return Semver.TakeNumber(ref text, out _);
    }

    /// <summary>Gives a directive what its comments say.</summary>
    private void Settle(Remarks remarks)
    {
        switch (remarks.Use)
        {
            case CommentUse.Deprecation:
                _deprecated = Deprecation(CommentText(remarks));
                break;
            case CommentUse.Rationale:
                _retract[remarks.Index] = _retract[remarks.Index] with { Rationale = CommentText(remarks) };
                break;
            case CommentUse.Indirect when remarks.Behind is [var comment, ..]:
                // "// indirect", or that and more behind a semicolon.
                var text = GoText.Trim(_content[comment]["//".Length..]);
                var indirect = text.SequenceEqual("indirect"u8)
                    || (text.StartsWith("indirect;"u8) && text["indirect;".Length..] is { IsEmpty: false } more && GoText.Trim(more).Length < more.Length);
                if (indirect) _require[remarks.Index] = _require[remarks.Index] with { Indirect = true };
                break;
        }
    }

    /// <summary>The first paragraph that begins with <c>Deprecated:</c>, without that (x/mod <c>modfile.deprecatedRE</c>).</summary>
    private static string Deprecation(string text)
    {
        const string mark = "Deprecated:";
        var start = 0;
        if (!text.StartsWith(mark, StringComparison.Ordinal))
        {
            start = text.IndexOf("\n\n" + mark, StringComparison.Ordinal) + 2;
            if (start < 2) return "";
        }
        var message = text.AsSpan(start + mark.Length).TrimStart(' ');
        var end = message.IndexOf("\n\n");
        return (end < 0 ? message : message[..end]).ToString();
    }
}
