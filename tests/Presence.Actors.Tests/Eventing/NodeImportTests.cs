using Presence.Actors.Admin;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Xml;
using Presence.Routing;
using Xunit;

namespace Presence.Actors.Tests.Eventing;

/// <summary>Nodes and items from elsewhere (XEP-0227 §4.9): what they become, what stays as it was, and that nobody is opened a door.</summary>
public class NodeImportTests() : EventingScene(new ServiceOptions { MaxEventItemBytes = 200 })
{
    private static UserImport Data(string node, string? model, params string[] items) => new(null, false, [], [], [])
    {
        Nodes = model is null ? [] : [Element($"<configure xmlns='{Namespaces.PubSubOwner}' node='{node}'><x xmlns='jabber:x:data' type='form'><field var='pubsub#access_model'><value>{model}</value></field><field var='pubsub#max_items'><value>5000</value></field><field var='pubsub#own'><value>1</value></field></x></configure>")],
        NodeItems = [Element($"<items xmlns='{Namespaces.PubSub}' node='{node}'>{string.Concat(items)}</items>")],
    };

    private static XmlElement Element(string xml) => XmlElement.Parse(xml);

    private string Take(UserImport data)
    {
        var counts = Bench.Ask(new ImportRequest(ShardKey.UserId(Alice), Alice, data)).Import!;
        return $"{counts.Documents} {counts.Repeated} {counts.Refused}";
    }

    [Fact]
    public void They_are_found_by_the_client_and_stay_when_they_come_again()
    {
        var data = Data("n", "open", Item("b", "1"), Item("a", "2"));
        var alice = Interested(Alice, "desk", "n");
        Assert.Equal("2 0 0", Take(data));
        Assert.Equal("result b a", Items(alice, "n"));
        Assert.Equal("result b a", Items(LogIn(Carol, "phone"), "n", Alice));
        Assert.Empty(Events(alice));

        Publish(alice, "n", Item("a", "newer"));
        Assert.Equal("0 2 0", Take(data));
        Assert.Equal("newer", Text(alice));
        Assert.Equal("2 0 0", Take(data with { Overwrite = true }));
        Assert.Equal("2", Text(alice));

        string Text(Presence.Tests.Shared.BenchClient client) =>
            client.Ask(Request(PubSub("<items node='n'><item id='a'/></items>"))).Child("pubsub", Namespaces.PubSub)!.Child("items")!.Child("item")!.Children.Single().Text;
    }

    [Fact]
    public void A_node_of_another_kind_or_of_none_is_its_owners_alone()
    {
        Take(Data("of groups", "roster", Item("a")));
        Take(Data("unsaid", null, Item("a"), Item("b")));
        Take(Data("seen", "presence", Item("a")));
        var nodes = Bench.User(Alice).Events!;
        Assert.Equal([AccessModel.Whitelist, AccessModel.Presence, AccessModel.Whitelist], nodes.All.Select(n => n.Configuration.Access));
        Assert.Equal(2, nodes.Find("unsaid")!.Items.Count);
    }

    [Fact]
    public void What_no_client_might_publish_is_refused_and_what_is_there_does_not_give_way()
    {
        Assert.Equal("1 0 2", Take(Data("n", "open", Item("a"), Item("large", new string('x', 200)), "<item id='empty'/>")));
        var alice = Connect(Alice, "desk");
        Publish(alice, "single", Item("mine"));
        Assert.Equal("0 1 0", Take(Data("single", null, Item("other"))));
        Assert.Equal("result mine", Items(alice, "single"));
    }
}
