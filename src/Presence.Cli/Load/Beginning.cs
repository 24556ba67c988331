namespace Presence.Cli.Load;

/// <summary>How users of a scenario come online before it is measured.</summary>
internal static class Beginning
{
    /// <summary>Logged in, with a session that can be resumed, available, and listening.</summary>
    public static async Task OnlineAsync(LoadUser user, CancellationToken cancellation)
    {
        await user.LogInAsync(cancellation).ConfigureAwait(false);
        await user.BindAsync(streamManagement: true, cancellation).ConfigureAwait(false);
        await user.SendAsync("<presence/>", cancellation).ConfigureAwait(false);
        user.Listen();
    }
}
