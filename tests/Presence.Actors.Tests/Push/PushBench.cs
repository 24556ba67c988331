using Presence.Actors.Users;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Actors.Tests.Push;

/// <summary>Alice writes, Bob has a phone with a push registration and perhaps a desktop. Sets scenes; never asserts.</summary>
public sealed class PushBench
{
    public const string Bob = "bob@example.org";
    public const string Service = "push.example.org";

    public PushBench(SessionOptions? options = null)
    {
        Bench = new ExecutorBench(options);
        Bench.AddUser("alice@example.org");
        Bench.AddUser(Bob);
        Alice = Bench.Connect("alice@example.org", "a").Enable();
        Alice.Send("<presence/>");
    }

    public ExecutorBench Bench { get; }

    public BenchClient Alice { get; }

    public List<PushNotification> Pushes => Bench.Pushes;

    public UserState User => Bench.User(Bob);

    /// <summary>Rows of pushes as stored.</summary>
    public IReadOnlyList<PushOutboxRow> Stored => Bench.Store.ReadPushOutbox();

    public PushRegistrationRow Registration => Bench.Store.LoadUser(ShardKey.UserId(Bob), 100)!.Registrations.Single();

    /// <summary>A managed client that is available and has acknowledged everything.</summary>
    public BenchClient Client(string resource)
    {
        var client = Bench.Connect(Bob, resource).Enable();
        client.Send("<presence/>");
        client.Acknowledge();
        return client;
    }

    public BenchClient Phone(bool hold = false, bool ownForm = false, string node = "node-of-the-phone")
    {
        var phone = Client("phone");
        Register("phone", hold, ownForm, node);
        return phone;
    }

    public void Register(string resource, bool hold = false, bool ownForm = false, string node = "node-of-the-phone")
    {
        var session = User.SessionOf(resource);
        Put(new PushRegistered(new PushRegistrationRow(User.UserId, Service, node, session?.No ?? 0, null, hold, ownForm, 0, null)));
    }

    /// <summary>As if a decision had emitted it: memory and store.</summary>
    public void Put(StoreEvent change)
    {
        UserApply.Apply(User, change);
        Bench.Store.Put(change);
    }

    public void Write(string body, string to = Bob) =>
        Alice.Send($"<message to='{to}' type='chat'><body>{body}</body></message>");

    public void Seconds(double seconds) => Bench.Advance(TimeSpan.FromSeconds(seconds));

    public void Crash()
    {
        Bench.Crash();
        Alice.Resume();
    }
}
