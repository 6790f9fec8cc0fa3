namespace Tain.Doctor;

/// <summary>How bad it is. A note changes no exit code.</summary>
internal enum Severity { Note, Warning, Error }

/// <summary>One thing that goes wrong with mirrors. Its story is in docs/pitfalls.md under its id.</summary>
/// <param name="Id">Kebab-case, for ever the same: people write it into their files to pass a finding over.</param>
/// <param name="Title">What it is, without facts.</param>
/// <param name="Reason">Why this case is one: a sentence or two, with facts.</param>
/// <param name="Remedy">What to do, with facts.</param>
internal sealed record Pitfall(string Id, Severity Severity, Words Title, Words Reason, Words Remedy)
{
    /// <summary>Whether it takes a question to a mirror to find it.</summary>
    public bool IsProbed { get; init; }
}
