namespace Tain.GitHosting;

/// <summary>A request that was answered, or given up.</summary>
/// <param name="Path">Host and path, without the query.</param>
/// <param name="Repository">Host and path of the repository, without <c>.git</c>; empty when it is about none.</param>
/// <param name="User">Who the client said it was, right or wrong; empty when it did not.</param>
/// <param name="Sent">Bytes of the answer's body.</param>
public sealed record Request(RequestKind Kind, string Method, string Path, string Repository, string User, string GitProtocol, int Status, long Sent)
{
    public override string ToString() => $"{Kind} {Status} {Method} {Path} {Sent}{(User.Length > 0 ? " as " + User : "")}";
}
