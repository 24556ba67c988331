namespace Presence.Actors.Admin;

/// <summary>Carries out what administrators order: across users, with keys to derive and rows to count, none of which is an owner's to do.</summary>
public interface IAdminDesk
{
    /// <summary>Must not block.</summary>
    /// <param name="done">Called once, on any thread.</param>
    void Start(AdminOrder order, Action<AdminOutcome> done);
}
