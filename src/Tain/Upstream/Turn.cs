namespace Tain.Upstream;

/// <summary>What one try holds: its places in the source's queue, its ticket of the circuit and its clock. A body that is handed
/// out takes them along. Strangers have neither queue nor circuit.</summary>
internal sealed class Turn(SourceQueue.Place? place, SourceHealth.Ticket? ticket, Deadline deadline) : IDisposable
{
    public SourceHealth.Ticket? Ticket => ticket;

    public Deadline Deadline => deadline;

    public void Dispose()
    {
        ticket?.Dispose();
        place?.Dispose();
        deadline.Dispose();
    }
}
