namespace Presence.Simulation.Engine;

/// <summary>The knobs of one run, drawn from its seed, so that calm and wild runs both occur. Chances are per thousand.</summary>
public sealed record SimSettings
{
    public required int Seed { get; init; }
    public required int Steps { get; init; }
    public Defect Defect { get; init; }

    /// <summary>Whether memory is compared with rows (S5); off to see what other checks find.</summary>
    public bool CompareMemory { get; init; } = true;
    public int Executors { get; init; } = 2;
    public int Shards { get; init; } = 8;
    public int Accounts { get; init; }
    public int UnknownWritten { get; init; }
    public int UnknownLost { get; init; }
    public int Unavailable { get; init; }

    /// <summary>Offers and confirmations between executors that are lost, and that come twice.</summary>
    public int HopLoss { get; init; }

    public int StoreSpeed { get; init; }
    public int NetSpeed { get; init; }
    public int Crash { get; init; }
    public int Drop { get; init; }
    public int Kill { get; init; }
    public int Talk { get; init; }
    public int LongJumps { get; init; }

    /// <summary>Batches that the store refuses for good, so that the memory of their shards is discarded.</summary>
    public int Rejected { get; init; }

    /// <summary>Decisions that throw once their effects are there.</summary>
    public int Throws { get; init; }

    /// <summary>Stanzas that may wait for one session; small: sessions overflow.</summary>
    public int MaxQueued { get; init; } = 10_000;

    public int SendWindow { get; init; } = 1024 * 1024;

    /// <summary>Users without session that stay in memory.</summary>
    public int MaxIdle { get; init; } = 2000;

    /// <summary>Devices that use each feature, per thousand.</summary>
    public int Carbons { get; init; }
    public int Push { get; init; }
    public int Archive { get; init; }
    public int Toggles { get; init; }

    /// <summary>People who name contacts, leave them and ask for them again.</summary>
    public int Rosters { get; init; }

    /// <summary>Accounts that have a device without stream management.</summary>
    public int Careless { get; init; }

    /// <summary>A message may end in the archive alone: the client that fetches it there, or must, is not part of the run.</summary>
    public bool ArchiveSuffices => MaxQueued < 1000 || Archive > 0;

    public static SimSettings Draw(int seed, int steps)
    {
        var dice = new Dice(seed ^ 0x5eed);
        var wild = dice.Below(3);

        // Not both: with a queue and a window that small, what clients send again is more than they take.
        var (queue, window) = dice.Below(6) switch { 0 => (30, 1024 * 1024), 1 => (10_000, 600), _ => (10_000, 1024 * 1024) };
        return new SimSettings
        {
            Seed = seed,
            Steps = steps,
            Shards = dice.OneOf([2, 4, 8]),
            Accounts = dice.Between(2, 4),
            UnknownWritten = wild * dice.Below(60),
            UnknownLost = wild * dice.Below(60),
            Unavailable = wild * dice.Below(40),
            HopLoss = dice.Chance(500) ? dice.Below(100) : 0,
            StoreSpeed = dice.OneOf([20, 60, 200]),
            NetSpeed = dice.OneOf([30, 80, 200]),
            Crash = dice.OneOf([0, 1, 3, 6]),
            Drop = dice.OneOf([2, 6, 15]),
            Kill = dice.OneOf([0, 1, 3]),
            Talk = dice.OneOf([15, 40, 80]),
            LongJumps = dice.OneOf([0, 0, 1, 4]),
            Rejected = dice.Chance(100) ? dice.Below(20) : 0,
            MaxQueued = queue,
            SendWindow = window,
            MaxIdle = dice.OneOf([0, 1, 2000]),
            Carbons = dice.OneOf([0, 500, 900]),
            Push = dice.OneOf([0, 300, 700]),
            Archive = dice.Chance(200) ? 400 : 0,
            Toggles = dice.OneOf([0, 0, 300]),
            Rosters = dice.OneOf([0, 0, 1, 3]),
            Careless = dice.Chance(200) ? 300 : 0,
            Throws = dice.OneOf([0, 0, 5, 20]),
        };
    }
}
