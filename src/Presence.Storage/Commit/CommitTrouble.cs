using Presence.Storage.Contracts;

namespace Presence.Storage.Commit;

/// <summary>
/// A change in how commits fare, for the log and the health check: told once when trouble begins, again when its kind changes, once when it is over.
/// Never told for a batch that is answered at once.
/// </summary>
/// <param name="Status">Unknown or Unavailable; the status of the last attempt when <paramref name="Recovered"/>.</param>
/// <param name="Reason">What the operator should do, if the store said so.</param>
/// <param name="Attempts">Attempts for the batch in hand so far.</param>
/// <param name="Recovered">The store answers again.</param>
public sealed record CommitTrouble(CommitStatus Status, string? Reason, int Attempts, bool Recovered);
