namespace Tain.TransparencyLog;

/// <summary>Why a signed note is refused.</summary>
public enum SignedNoteError
{
    /// <summary>Not of a note's form.</summary>
    Malformed,

    /// <summary>More than <see cref="SignedNote.MaxLength"/> bytes.</summary>
    TooLarge,

    /// <summary>More than <see cref="SignedNote.MaxSignatures"/> signature lines.</summary>
    TooManySignatures,

    /// <summary>A line claims a known key's name and id, but the signature is not by that key.</summary>
    BadSignature,

    /// <summary>No line is by a known key.</summary>
    NoKnownSignature,
}

/// <summary>A signed note that is refused. The message is one line, without anything of the note itself.</summary>
public sealed class SignedNoteException : Exception
{
    public SignedNoteException()
    {
    }

    public SignedNoteException(string message) : base(message)
    {
    }

    public SignedNoteException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public SignedNoteException(SignedNoteError error, string message) : base(message) => Error = error;

    /// <summary>Why.</summary>
    public SignedNoteError Error { get; }
}
