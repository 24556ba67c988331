using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Presence.Chaos.Hostile;

/// <summary>Attacks that take time or mass: silence, slowness, floods, a reader who does not read. The canaries chat beside each.</summary>
public sealed partial class SiegeTests(BesiegedNode besieged) : IClassFixture<BesiegedNode>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(12);

    private int Port => besieged.Node.Ports.Client;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_never_says_anything_is_cut(bool direct)
    {
        await using var intruder = await Intruder.ConnectAsync(direct ? besieged.Node.Ports.DirectTls : Port);
        Assert.Equal("", await intruder.ReadToEndAsync(Soon));
        await besieged.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_stream_that_stays_half_open_times_out()
    {
        await using var intruder = await Intruder.OpenAsync(Port);
        Assert.Equal("connection-timeout", await intruder.StreamErrorAsync(Soon));
        await besieged.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Who_sends_a_byte_now_and_then_times_out_as_well()
    {
        await using var header = await Intruder.ConnectAsync(Port);
        await using var login = await Intruder.OpenAsync(Port);
        await using var handshake = await Intruder.ConnectAsync(besieged.Node.Ports.DirectTls);
        byte[] hello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, .. new byte[200]];
        var ends = Task.WhenAll(header.ReadToEndAsync(Soon), login.StreamErrorAsync(Soon), handshake.ReadToEndAsync(Soon));
        for (var at = 0; !ends.IsCompleted && at < hello.Length; at++)
        {
            await header.TrySendAsync(Encoding.UTF8.GetBytes(Intruder.Header).AsMemory(at, 1));
            await login.TrySendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>AAAAAAAAAA"u8.ToArray().AsMemory(at, 1));
            await handshake.TrySendAsync(hello.AsMemory(at, 1));
            await Task.WhenAny(ends, Task.Delay(100));
        }

        Assert.Equal("connection-timeout", (await ends)[1]);
        await besieged.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("<message to='victim@localhost' type='chat'><body>flood</body></message>")]
    [InlineData("<presence><status>flood</status></presence>")]
    [InlineData("<iq type='get' id='f'><query xmlns='jabber:iq:roster'/></iq>")]
    [InlineData("<iq type='set' id='f'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>250</max></set></query></iq>")]
    [InlineData("<r xmlns='urn:xmpp:sm:3'/>")]
    [InlineData("                                                                                                         ")]
    public async Task A_flood_that_does_not_stop_is_a_policy_violation(string xml)
    {
        await using var intruder = await Intruder.BoundAsync(Port, BesiegedNode.Mallory, "flood");
        await intruder.SendAsync("<enable xmlns='urn:xmpp:sm:3'/>");
        await intruder.TakeAsync("<enabled");
        var some = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(xml, 50)));
        intruder.ForgetsAbove = 100_000;
        var error = intruder.StreamErrorAsync(Soon);
        var flood = Task.Run(async () =>
        {
            while (!error.IsCompleted)
            {
                await Task.WhenAny(error, intruder.TrySendAsync(some));
            }
        });

        // The canaries are there already; somebody new has to get in as well.
        var clock = Stopwatch.StartNew();
        await using (var neighbour = await Intruder.BoundAsync(Port, BesiegedNode.Victim, "neighbour"))
        {
            await neighbour.SendAsync("<iq type='get' id='n'><query xmlns='jabber:iq:roster'/></iq>");
            await neighbour.TakeAsync("jabber:iq:roster");
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await flood;
        Assert.Equal("policy-violation", await error);
        await besieged.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_flood_of_connections_is_refused_and_the_neighbours_still_come_in()
    {
        var intruders = new List<Intruder>();
        var refused = 0;
        for (var count = 0; count < 120; count++)
        {
            try
            {
                var intruder = await Intruder.ConnectAsync(Port, from: "127.0.0.2");
                await intruder.SendAsync(Intruder.Header);
                intruders.Add(intruder);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                refused++;
            }
        }

        await using var neighbour = await Intruder.BoundAsync(Port, BesiegedNode.Mallory, "neighbour");
        var ends = await Task.WhenAll(intruders.Select(intruder => intruder.ReadToEndAsync(Soon)));
        foreach (var intruder in intruders)
        {
            await intruder.DisposeAsync();
        }

        Assert.Equal(40, ends.Count(text => Intruder.ErrorOf(text) == "connection-timeout"));
        Assert.Equal(80, refused + ends.Count(text => text.Length == 0));
        await besieged.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_client_that_stops_reading_is_suspended_and_gets_everything_when_it_comes_back()
    {
        const int count = 400;
        var victim = await Intruder.BoundAsync(Port, BesiegedNode.Deaf, "deaf", receiveBuffer: 4096);
        await victim.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/><presence/>");
        var id = Id().Match(await victim.TakeAsync("resume='true'")).Groups[1].Value;

        // From here on it reads nothing. 8 MB do not fit into kernel buffers and the node's write buffer together.
        await using var intruder = await Intruder.BoundAsync(Port, BesiegedNode.Mallory, "loud");
        var bound = await BoundAsync();
        for (var number = 1; number <= count; number++)
        {
            await intruder.SendAsync($"<message to='{BesiegedNode.Deaf}' type='chat'><body>{number} {new string('x', 20_000)}</body></message>");
        }

        // Its buffer overflows, or the socket or an <r/> times out: whichever comes first.
        var clock = Stopwatch.StartNew();
        while (await BoundAsync() == bound && clock.Elapsed < Soon)
        {
            await Task.Delay(50);
        }

        Assert.Equal(bound - 1, await BoundAsync());
        victim.Cut();
        await using var back = await Intruder.OpenAsync(Port);
        await back.LogInAsync(BesiegedNode.Deaf);
        await back.SendAsync($"<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='0'/>");
        await back.TakeAsync("<resumed");
        for (var number = 1; number <= count; number++)
        {
            var message = await back.TakeAsync("</message>");
            var expected = string.Create(CultureInfo.InvariantCulture, $"<body>{number} x");
            Assert.True(message.Contains(expected, StringComparison.Ordinal), $"no {expected} in {message.Replace(new string('x', 20_000), "…", StringComparison.Ordinal)}");
            if (number % 20 == 0)
            {
                // The node waits for it after a mebibyte.
                await back.SendAsync(string.Create(CultureInfo.InvariantCulture, $"<a xmlns='urn:xmpp:sm:3' h='{number}'/>"));
            }
        }

        await back.SendAsync("</stream:stream>");
        await besieged.AssertUnharmedAsync();
    }

    private async Task<int> BoundAsync()
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{besieged.Node.Ports.Http}/metrics"));
        return int.Parse(Bound().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^presence_edge_bound ([0-9]+)", RegexOptions.Multiline)]
    private static partial Regex Bound();

    [GeneratedRegex(" id='([^']+)'")]
    private static partial Regex Id();
}
