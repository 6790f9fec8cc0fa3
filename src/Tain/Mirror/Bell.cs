namespace Tain.Mirror;

/// <summary>Wakes one waiter: rung any number of times while he is away, it wakes him once.</summary>
internal sealed class Bell
{
    private TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Waits until it was rung since the last wait.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        await Volatile.Read(ref _rung).Task.WaitAsync(ct);
        Volatile.Write(ref _rung, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
