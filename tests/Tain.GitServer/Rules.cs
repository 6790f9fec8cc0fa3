namespace Tain.GitHosting;

/// <summary>The rules that hold now, in the order in which they were added.</summary>
internal sealed class Rules
{
    private static readonly Rule None = new("");
    private readonly Lock _lock = new();
    private readonly List<(Rule Rule, int Left)> _rules = [];

    public void Add(Rule rule)
    {
        lock (_lock)
            _rules.Add((rule, rule.Times));
    }

    public void Remove(Rule rule)
    {
        lock (_lock)
            _rules.RemoveAll(r => r.Rule == rule);
    }

    public void Clear()
    {
        lock (_lock)
            _rules.Clear();
    }

    /// <summary>The rule for a request, used up by one.</summary>
    public Rule For(string path, RequestKind kind)
    {
        lock (_lock)
        {
            // What is about connections alone must not hide what is about a path.
            var at = _rules.FindIndex(r => r.Left > 0 && r.Rule.Matches(path) && (r.Rule.Only ?? kind) == kind && r.Rule is { Host: HostFault.None, Certificate: CertificateFault.None });
            if (at < 0)
                return None;
            _rules[at] = _rules[at] with { Left = _rules[at].Left - 1 };
            return _rules[at].Rule;
        }
    }

    public HostFault HostFaultOf(string host) => ForHost(host, r => r.Host != HostFault.None)?.Host ?? HostFault.None;

    public CertificateFault CertificateFaultOf(string host) => ForHost(host, r => r.Certificate != CertificateFault.None)?.Certificate ?? CertificateFault.None;

    private Rule? ForHost(string host, Predicate<Rule> about)
    {
        lock (_lock)
            return _rules.Select(r => r.Rule).FirstOrDefault(r => r.IsForHost && r.Path == host && about(r));
    }
}
