using System.Globalization;
using System.Text;

namespace Tain.TransparencyLog;

/// <summary>What is wrong with what a checksum database, or the server's own store of it, says. A closed set.</summary>
public enum ChecksumError
{
    /// <summary>Two signed heads are not of one history (<see cref="ForkException"/>).</summary>
    Fork,

    /// <summary>A signed note is refused: its form, its signature, its key, or it is empty.</summary>
    BadNote,

    /// <summary>Bytes are not of their form or beyond their bounds: a lookup's body, a head's text, a record with two hashes for one name.</summary>
    Malformed,

    /// <summary>Tiles are not those of the tree, or of the wrong length.</summary>
    BadTiles,

    /// <summary>A record is not the one that the tree has at its number, or its number is beyond the tree.</summary>
    NotInTree,

    /// <summary>An authenticated record has no <c>h1:</c> line of exactly this module and version, for the zip or for its go.mod.</summary>
    NoLine,

    /// <summary>A tile is beyond the newest tree. The one kind that says nothing about the database: the caller asked for too much.</summary>
    BeyondTree,
}

/// <summary>A checksum database that is not to be believed here. The message is one line. Failures of transport or of the
/// store are never wrapped in this: they pass through as they were thrown.</summary>
public class ChecksumDatabaseException : Exception
{
    public ChecksumDatabaseException()
    {
    }

    public ChecksumDatabaseException(string message) : base(message)
    {
    }

    public ChecksumDatabaseException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public ChecksumDatabaseException(ChecksumError error, string message, Exception? innerException = null) : base(message, innerException) =>
        Error = error;

    /// <summary>What is wrong.</summary>
    public ChecksumError Error { get; }
}

/// <summary>Two heads, both signed by the database, of which the newer does not contain the older: proof that it told two
/// histories. Whoever has <see cref="Evidence"/> and the public key needs nobody's word for it.</summary>
public sealed class ForkException : ChecksumDatabaseException
{
    public ForkException()
    {
    }

    public ForkException(string message) : base(message)
    {
    }

    public ForkException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Two heads that were found not to be of one history, and what shows it.</summary>
    public ForkException(SignedHead older, SignedHead newer, LogHash? olderInNewer, IReadOnlyList<LogHash>? proof)
        : base(ChecksumError.Fork, $"the checksum database signed two histories: the tree of {older.Head.Size} records is not the beginning of that of {newer.Head.Size}") =>
        (Older, Newer, OlderInNewer, Proof) = (older, newer, olderInNewer, proof);

    /// <summary>The head of the smaller tree; of two of one size the one that was known before.</summary>
    public SignedHead? Older { get; }

    /// <summary>The head of the larger tree, or the later one of two of one size.</summary>
    public SignedHead? Newer { get; }

    /// <summary>The root that the newer tree has for its first <c>Older.Head.Size</c> records, unlike <c>Older.Head.Root</c>.
    /// Null where none is needed: the sizes are the same, or the older tree is empty.</summary>
    public LogHash? OlderInNewer { get; }

    /// <summary>The proof that <see cref="OlderInNewer"/> is the beginning of the newer tree (<see cref="MerkleTree.CheckTree"/>);
    /// null with it.</summary>
    public IReadOnlyList<LogHash>? Proof { get; }

    /// <summary>All of it as text: both notes as they were signed, and the proof in base64, each indented by a tab.</summary>
    public string Evidence
    {
        get
        {
            if (Older is null || Newer is null) return "";
            var text = new StringBuilder("The checksum database signed two histories.\n\nold database:\n").Append(Indent(Older)).Append("\n\nnew database:\n").Append(Indent(Newer));
            if (Proof is null) return text.Append('\n').ToString();
            text.Append(CultureInfo.InvariantCulture, $"\n\nproof of misbehavior (the root of the first {Older.Head.Size} records in the new database, and its proof):\n\t{OlderInNewer}\n");
            foreach (var hash in Proof) text.Append(CultureInfo.InvariantCulture, $"\t{hash}\n");
            return text.ToString();
        }
    }

    private static string Indent(SignedHead head) =>
        "\t" + Encoding.UTF8.GetString(head.Note.Span).TrimEnd('\n').Replace("\n", "\n\t", StringComparison.Ordinal);
}
