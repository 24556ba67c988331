namespace Presence.Storage.Sqlite;

/// <summary>
/// Keeps the WAL and the file small, on the thread that commits, so that no commit ever waits for another thread's checkpoint.
/// Failures are left for the next attempt: nothing here decides what is durable.
/// </summary>
internal sealed class Housekeeping(Connection connection, long walLimit)
{
    private const int PageSize = 4096;
    private const int IdlePages = 256;
    private const int VacuumStep = 256;

    private readonly int _limit = (int)Math.Max(1, walLimit / PageSize);
    private int _seen = connection.PagesWritten();
    private int _pending;
    private int _next;

    /// <summary>After a commit: copies the WAL back once it has reached its bound.</summary>
    public void AfterCommit()
    {
        Count();
        if (_pending >= Math.Max(_limit, _next))
        {
            Checkpoint();
        }
    }

    /// <summary>After "disk full": a WAL that has been copied back is written from its start again, which needs no space.</summary>
    public void MakeRoom() => Checkpoint();

    /// <summary>One bounded step while nothing waits; true if more is to be done.</summary>
    public bool Idle()
    {
        try
        {
            Count();
            if (_pending >= IdlePages)
            {
                Checkpoint();
            }

            return Vacuum();
        }
        catch (SqliteFailure)
        {
            return false;
        }
    }

    /// <summary>Gives free pages back beyond an eighth of the file, which is kept for what will be stored next.</summary>
    private bool Vacuum()
    {
        var free = connection.Number("PRAGMA freelist_count");
        var keep = Math.Max(IdlePages, connection.Number("PRAGMA page_count") / 8);
        if (free <= keep + VacuumStep)
        {
            return false;
        }

        connection.Prepare($"PRAGMA incremental_vacuum({VacuumStep})").Run();
        Count();
        return true;
    }

    private void Checkpoint()
    {
        try
        {
            if (connection.Checkpoint(truncate: false))
            {
                _pending = 0;
                _next = 0;
                return;
            }
        }
        catch (SqliteFailure)
        {
            // Tried again below; the commits themselves tell what is wrong with the disk.
        }

        // A reader still needs old frames: not again with every commit, but soon.
        _next = _pending + IdlePages;
    }

    private void Count()
    {
        var now = connection.PagesWritten();
        _pending = (int)Math.Min(int.MaxValue / 2, _pending + (long)unchecked((uint)(now - _seen)));
        _seen = now;
    }
}
