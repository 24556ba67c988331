namespace Presence.Tests.Shared;

/// <summary>
/// For what tells nobody when it happens: files, terminals, processes, other programs. It looks until the condition holds; the pause is for the processor and never stands for the event.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks until there is something.</summary>
    /// <returns>Null when there was nothing within the limit.</returns>
    public static async Task<T?> SeenAsync<T>(Func<T?> look, TimeSpan limit)
        where T : struct
    {
        using var cancel = new CancellationTokenSource(limit);
        while (true)
        {
            if (look() is { } found)
            {
                return found;
            }

            if (cancel.IsCancellationRequested)
            {
                return null;
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    /// <summary>False when the condition did not come to hold within the limit.</summary>
    public static async Task<bool> HoldsAsync(Func<bool> condition, TimeSpan limit) =>
        await SeenAsync<bool>(() => condition() ? true : null, limit) is true;
}
