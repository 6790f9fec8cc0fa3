namespace Tain.TransparencyLog;

/// <summary>Why tiles are refused.</summary>
public enum TileError
{
    /// <summary>They do not give the tree's root: at least one is not of this tree, but which one cannot be known, or the
    /// tree's head is not of this log.</summary>
    Inconsistent,

    /// <summary>The source gave another number of tiles or bytes.</summary>
    WrongLength,
}

/// <summary>Tiles that are refused. The message is one line and names a tile and the tree's size.</summary>
public sealed class TileException : Exception
{
    public TileException()
    {
    }

    public TileException(string message) : base(message)
    {
    }

    public TileException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public TileException(TileError error, string message) : base(message) => Error = error;

    /// <summary>Why.</summary>
    public TileError Error { get; }
}
