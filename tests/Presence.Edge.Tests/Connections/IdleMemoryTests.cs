using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>What a connection holds while nothing is sent: sessions.md would have write buffers given back. Alone, because it weighs the whole heap.</summary>
[Collection(nameof(AloneOnTheHeap))]
public sealed class IdleMemoryTests
{
    private const int Clients = 16;
    private const int Length = 500_000;

    [Fact]
    public async Task A_connection_gives_its_write_buffer_back_when_all_is_sent()
    {
        await using var edge = TestEdge.Start();
        var clients = new List<RawClient>();
        for (var number = 0; number < Clients; number++)
        {
            clients.Add(await edge.BoundAsync($"balcony{number}"));
        }

        // Once before weighing: what a pool keeps for the next is no connection's.
        await DeliverAsync(edge, clients[0]);
        var before = Weigh();
        foreach (var client in clients)
        {
            await DeliverAsync(edge, client);
        }

        // Kept buffers would be 8 MB and more.
        var grown = Weigh() - before;
        Assert.True(grown < Clients * Length / 4, $"{Clients} idle connections hold {grown} bytes more than before {Length} bytes were sent to each");
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task DeliverAsync(TestEdge edge, RawClient client)
    {
        edge.Owner.Deliver.Stanza(client.Id, new OutboundStanza(0, Head, Body, Tail));
        edge.Owner.Deliver.Flush();

        // Not as an element: what the client remembers would be weighed too.
        for (var left = Length + Head.Length + Tail.Length; left > 0;)
        {
            var read = await client.Tls!.ReadAsync(Reading).AsTask().WaitAsync(TestEdge.Patience);
            Assert.NotEqual(0, read);
            left -= read;
        }

        await edge.UntilAsync(() => !edge.IsSending);
    }

    private static byte[] Reading { get; } = new byte[16 * 1024];

    private static byte[] Head { get; } = "<message>"u8.ToArray();

    private static byte[] Tail { get; } = "</message>"u8.ToArray();

    private static byte[] Body { get; } = [.. Enumerable.Repeat((byte)'y', Length)];

    private static long Weigh()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>Tests that no other test may run beside.</summary>
[CollectionDefinition(nameof(AloneOnTheHeap), DisableParallelization = true)]
public sealed class AloneOnTheHeap;
