using System.Globalization;
using System.Text;
using Tain.Upstream;

namespace Tain.Doctor;

/// <summary>The languages that people are spoken to in.</summary>
internal enum Language { English, Chinese }

/// <summary>One text in both languages. <c>{name}</c> stands for a fact; both languages have the same ones.</summary>
internal sealed record Words(string English, string Chinese)
{
    public string In(Language language) => language is Language.Chinese ? Chinese : English;

    /// <summary>The text with its facts. A fact that is missing is a bug of the check, and throws.</summary>
    public string In(Language language, IReadOnlyList<Fact> facts)
    {
        var template = In(language);
        var text = new StringBuilder(template.Length + 64);
        var at = 0;
        while (template.IndexOf('{', at) is >= 0 and var open)
        {
            var close = template.IndexOf('}', open);
            var name = template[(open + 1)..close];
            text.Append(template, at, open - at).Append((facts.FirstOrDefault(f => f.Name == name) ?? throw new InvalidOperationException($"no fact is called {name}")).Shown(language));
            at = close + 1;
        }
        return text.Append(template, at, template.Length - at).ToString();
    }
}

/// <summary>What a finding says of its own case: never a secret, and cleaned once more before it is shown.</summary>
internal sealed record Fact(string Name, Words Words)
{
    /// <summary>Characters of a value that are shown.</summary>
    public const int MaxShown = 400;

    /// <summary>A name, a value, a number: the same in every language.</summary>
    public Fact(string name, string value)
        : this(name, new Words(value, value))
    {
    }

    public Fact(string name, int count)
        : this(name, count.ToString(CultureInfo.InvariantCulture))
    {
    }

    /// <summary>Values are whatever some file says: what would steer a terminal, or a pipeline that reads lines, is left out. Credentials go
    /// before the text is cut, since without the host behind them nobody would know them.</summary>
    public string Shown(Language language) => Secrets.OneLine(Reports.Redaction.Clean(Words.In(language)), MaxShown);
}
