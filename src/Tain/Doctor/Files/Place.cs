namespace Tain.Doctor.Files;

/// <summary>Where something was found: a line of a file, or a variable of the environment.</summary>
/// <param name="File">Null for a variable.</param>
/// <param name="Line">From 1; 0 when the whole file is meant.</param>
/// <param name="Variable">The variable's name, for one of the environment.</param>
internal sealed record Place(TextFile? File, int Line, string? Variable = null)
{
    public static Place OfVariable(string name) => new(null, 0, name);

    /// <summary>As people see it: <c>path:line</c>, or <c>$NAME</c>.</summary>
    public override string ToString() => File is null ? "$" + Variable : Line == 0 ? File.Shown : $"{File.Shown}:{Line}";
}
