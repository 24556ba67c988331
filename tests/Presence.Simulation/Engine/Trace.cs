namespace Presence.Simulation.Engine;

/// <summary>The last things that happened, for a reader of a failed run. Off by default, since a run repeats exactly; never looked at by a check.</summary>
public sealed class Trace(bool on, int kept)
{
    private readonly Queue<string> _lines = new();

    public bool On => on;

    public IEnumerable<string> Lines => _lines;

    public void Add(string line)
    {
        if (on)
        {
            _lines.Enqueue(line);
            if (_lines.Count > kept)
            {
                _lines.Dequeue();
            }
        }
    }
}
