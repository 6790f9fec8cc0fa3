namespace Tain.Storage;

/// <summary>The store can't do what was asked; the message has the remedy.</summary>
internal class StorageException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The disk is full: says how much was wanted and how much is free.</summary>
internal sealed class StorageFullException(string message, Exception? inner = null) : StorageException(message, inner)
{
    public static StorageFullException Of(string path, long wanted, Exception? inner = null)
    {
        var free = FileSystem.FreeOrNull(path);
        return new StorageFullException(
            $"no room for {wanted} bytes at {path}: {(free is { } f ? $"{f} bytes free" : "free space unknown")} " +
            $"(of which {BlobStore.ReserveFor(path)} are kept for the catalog). Free some space or enlarge the disk; nothing that is stored was touched.",
            inner);
    }
}

/// <summary>Another process owns the data folder.</summary>
internal sealed class StoreInUseException(string folder, string process)
    : StorageException($"{folder} is in use by another tain (process {process}). Stop that one, or give this one another data folder (--data, TAIN_DATA).")
{
    public string Folder { get; } = folder;

    /// <summary>Its process id, or "unknown".</summary>
    public string Process { get; } = process;
}
