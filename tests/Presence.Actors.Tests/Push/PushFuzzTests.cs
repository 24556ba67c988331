using Presence.Actors.Users;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Push;

/// <summary>
/// One phone through random lives: whatever it never acknowledged was pushed in the end, and nothing leaves again once its provider's answer is written.
/// </summary>
public class PushFuzzTests
{
    [Fact]
    public void Unread_is_pushed_and_answered_is_not_repeated()
    {
        var pushed = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            try
            {
                pushed += new Life(seed).Run();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }

        Assert.True(pushed > 500, $"only {pushed} pushes: the lives are too dull");
    }

    private sealed class Life
    {
        private readonly PushBench _bench = new();
        private readonly Random _random;
        private readonly List<PushNotification> _open = [];
        private readonly HashSet<string> _settled = [];
        private readonly HashSet<long> _had = [];
        private BenchClient _phone;
        private bool _up = true;
        private bool _calm;
        private int _written;

        public Life(int seed)
        {
            _random = new Random(seed);
            _bench.Bench.Provider = Answer;
            _phone = _bench.Phone(hold: seed % 3 == 0);
        }

        private IEnumerable<MessageRow> Rows => _bench.Bench.Store.State.Users.TryGetValue(ShardKey.UserId(PushBench.Bob), out var bob)
            ? bob.Messages.Values.Where(m => !m.Flags.HasFlag(MessageFlags.Outgoing)) : [];

        public int Run()
        {
            for (var step = 0; step < 60; step++)
            {
                Step(_random.Next(15));

                // An acknowledgement is written late and may be lost with its owner; the phone has the message all the same.
                _had.UnionWith(Rows.Select(r => r.Id).Where(id => !Backlog.Holds(_bench.User, id)));
            }

            _calm = true;
            if (_up)
            {
                _phone.Drop();
            }

            // Answers nobody will give any more are lost; the next owner repeats.
            _bench.Crash();
            _bench.Seconds(700);
            Assert.Empty(_bench.Stored);
            var latest = _bench.Pushes.Where(p => p.Kind == "message").Select(p => p.LatestId).DefaultIfEmpty().Max();
            foreach (var row in Rows.Where(r => r.Flags.HasFlag(MessageFlags.Deserving) && Backlog.Holds(_bench.User, r.Id) && !_had.Contains(r.Id)))
            {
                Assert.True(row.Id <= latest, $"message {row.Id} was neither acknowledged nor pushed");
            }

            return _bench.Pushes.Count;
        }

        private void Step(int what)
        {
            switch (what)
            {
                case <= 4: Write(); break;
                case 5 when _up: _phone.Acknowledge(); break;
                case 6 when _up: _phone.Active(_random.Next(2) == 0); break;
                case 7 when _up: _phone.Drop(); _up = false; break;
                case 8 when !_up: _up = _phone.Resume() is ResumedOutput; break;
                case 9 when _up: _phone.Close(); Fresh(); break;
                case 10: _bench.Crash(); _up = false; break;
                case 11 when _open.Count > 0: Late(); break;
                case 13 when _written > 0: TakeBack(_random.Next(Math.Max(1, _written - 3), _written + 1)); break;
                case 12: _bench.Seconds(_random.Next(10_000) / 1000.0); break;
            }
        }

        private void Write() =>
            _bench.Alice.Send($"<message to='{PushBench.Bob}' type='chat' id='m{++_written}'><body>x</body></message>");

        private void TakeBack(int number) =>
            _bench.Alice.Send($"<message to='{PushBench.Bob}' type='chat'><retract xmlns='urn:xmpp:message-retract:1' id='m{number}'/></message>");

        private void Fresh()
        {
            _phone = _bench.Client("phone");
            _bench.Put(new PushRegistered(_bench.Registration with { SessionNo = _bench.User.SessionOf("phone")!.No }));
        }

        private void Late()
        {
            var push = _open[_random.Next(_open.Count)];
            _open.Remove(push);
            var before = _bench.Stored;
            _bench.Bench.Input(new PushDoneInput(push.UserId, push, PushOutcome.Sent));
            if (!before.SequenceEqual(_bench.Stored))
            {
                _settled.Add(push.PushId);
            }
        }

        private PushOutcome? Answer(PushNotification push)
        {
            Assert.DoesNotContain(push.PushId, _settled);
            if (_calm || _random.Next(3) == 0)
            {
                _settled.Add(push.PushId);
                return PushOutcome.Sent;
            }

            if (_random.Next(2) == 0)
            {
                return PushOutcome.Retry;
            }

            _open.Add(push);
            return null;
        }
    }
}
