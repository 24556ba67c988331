using BenchmarkDotNet.Attributes;
using Presence.Routing;

namespace Presence.Benchmarks.Micro;

/// <summary>From an address to the shard that owns it: what every stanza between two users pays once.</summary>
[MemoryDiagnoser]
public class RouteLookup
{
    private const int Addresses = 1000;

    private readonly string[] _addresses = [.. Enumerable.Range(0, Addresses).Select(i => $"user{i}@example.org")];

    [Benchmark(OperationsPerInvoke = Addresses)]
    public int Route()
    {
        var sum = 0;
        foreach (var address in _addresses)
        {
            sum += ShardKey.Shard(ShardKey.UserId(address), ShardKey.DefaultShardCount);
        }

        return sum;
    }
}
