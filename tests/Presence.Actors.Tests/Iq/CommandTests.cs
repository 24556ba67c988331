using System.Collections.Frozen;
using Presence.Actors.Admin;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>Ad-hoc commands (XEP-0050) for administrators (XEP-0133): Alice is one, Bob is not.</summary>
public class CommandTests() : Scene(services: new ServiceOptions { Administrators = new[] { Alice }.ToFrozenSet() })
{
    private const string Admin = "http://jabber.org/protocol/admin#";

    [Fact]
    public void Commands_are_told_to_administrators_only()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "desk"));
        var items = $"<query xmlns='{Namespaces.DiscoItems}' node='{Namespaces.Commands}'/>";
        var list = alice.Ask(Request(items, Domain)).Children.Single();
        Assert.Equal(
            ["add-user", "delete-user", "change-user-password", "end-user-session", "user-stats", "get-registered-users-num", "get-online-users-num"],
            list.Children.Select(i => i.Attr("node")!.Replace(Admin, "", StringComparison.Ordinal)));
        Assert.All(list.Children, i => Assert.Equal(Domain, i.Attr("jid")));
        Assert.Equal("cancel item-not-found", Asked(bob, items, Domain));
        Assert.Contains(Namespaces.Commands, Features(alice, null));
        Assert.DoesNotContain(Namespaces.Commands, Features(bob, null));
        Assert.Contains(Namespaces.DataForms, Features(alice, Admin + "add-user"));
        Assert.Equal([Namespaces.Commands], Features(alice, Namespaces.Commands));
        foreach (var node in new[] { Admin + "add-user", Namespaces.Commands })
        {
            Assert.Equal("cancel item-not-found", Asked(bob, $"<query xmlns='{Namespaces.DiscoInfo}' node='{node}'/>", Domain));
        }
    }

    [Fact]
    public void Who_is_no_administrator_is_forbidden_everything()
    {
        var bob = Connect(Bob, "desk");
        foreach (var node in new[] { Admin + "get-online-users-num", Admin + "delete-user", "unknown" })
        {
            Assert.Equal("auth forbidden", Asked(bob, Command(node), Domain, "set"));
        }

        Assert.Empty(Bench.Orders);
    }

    [Fact]
    public void A_form_is_given_filled_in_and_becomes_an_order()
    {
        var alice = Connect(Alice, "desk");
        var given = alice.Ask(Request(Command(Admin + "add-user"), Domain, "set")).Children.Single();
        Assert.Equal(("executing", Admin + "add-user"), (given.Attr("status"), given.Attr("node")));
        Assert.Equal("complete", given.Child("actions")!.Attr("execute"));
        var fields = given.Child("x", Namespaces.DataForms)!.Children.Where(f => f.Name == "field").Select(f => $"{f.Attr("type")} {f.Attr("var")}");
        Assert.Equal(["hidden FORM_TYPE", "jid-single accountjid", "text-private password", "text-private password-verify"], fields);
        Assert.Empty(Bench.Orders);

        var done = Fill(alice, "add-user", given.Attr("sessionid"), ("accountjid", "Dora@example.org"), ("password", "s3cret"), ("password-verify", "s3cret"));
        Assert.Equal(("completed", given.Attr("sessionid")), (done.Attr("status"), done.Attr("sessionid")));
        var order = Assert.Single(Bench.Orders);
        Assert.Equal((AdminOrderKind.AddUser, "dora@example.org", "s3cret"), (order.Kind, order.Accounts.Single().ToString(), order.Password));
        Assert.DoesNotContain("s3cret", order.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_accounts_and_single_sessions_can_be_named()
    {
        var alice = Connect(Alice, "desk");
        Fill(alice, "end-user-session", "x", ("accountjids", "bob@example.org/phone"), ("accountjids", "carol@example.org"));
        Fill(alice, "delete-user", "x", ("accountjids", "bob@example.org"), ("accountjids", "carol@example.org"));
        Assert.Equal(
            ["EndSessions bob@example.org/phone carol@example.org", "DeleteUsers bob@example.org carol@example.org"],
            Bench.Orders.Select(o => $"{o.Kind} {string.Join(' ', o.Accounts)}"));
    }

    [Fact]
    public void What_was_asked_for_comes_as_a_form_and_what_failed_as_an_error()
    {
        var alice = Connect(Alice, "desk");
        Bench.Desk = _ => new AdminOutcome(null, [("onlineusersnum", ["3"]), ("ipaddresses", ["::1", "127.0.0.1"])]);
        var answer = alice.Ask(Request(Command(Admin + "get-online-users-num"), Domain, "set")).Children.Single();
        Assert.Equal("completed", answer.Attr("status"));
        var fields = answer.Child("x", Namespaces.DataForms)!.Children.Select(f => $"{f.Attr("var")}={string.Join(',', f.Children.Select(v => v.Text))}");
        Assert.Equal(["FORM_TYPE=http://jabber.org/protocol/admin", "onlineusersnum=3", "ipaddresses=::1,127.0.0.1"], fields);
        Bench.Desk = _ => AdminOutcome.Failed(StanzaErrorCondition.Conflict, "exists");
        Assert.Equal("cancel conflict", Asked(alice, Command(Admin + "get-online-users-num"), Domain, "set"));
    }

    [Theory]
    [InlineData("<command xmlns='http://jabber.org/protocol/commands'/>", "modify bad-request")]
    [InlineData("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#shutdown'/>", "cancel feature-not-implemented")]
    [InlineData("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#user-stats' action='next'/>", "modify bad-request bad-action")]
    [InlineData("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#user-stats' action='dance'/>", "modify bad-request malformed-action")]
    [InlineData("<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#user-stats' sessionid='x'/>", "modify bad-request bad-payload")]
    public void What_makes_no_sense_is_refused(string command, string outcome)
    {
        var answer = Connect(Alice, "desk").Ask(Request(command, Domain, "set"));
        var specific = answer.Child("error")!.Children.FirstOrDefault(c => c.Namespace == Namespaces.Commands);
        Assert.Equal(outcome, $"{Outcome(answer)} {specific?.Name}".TrimEnd());
        Assert.Empty(Bench.Orders);
    }

    [Theory]
    [InlineData("add-user", "accountjid=dora@example.org", "password=a", "password-verify=b")]
    [InlineData("add-user", "accountjid=dora@example.org", "password=a")]
    [InlineData("add-user", "accountjid=dora@elsewhere.example", "password=a", "password-verify=a")]
    [InlineData("add-user", "accountjid=example.org", "password=a", "password-verify=a")]
    [InlineData("add-user", "accountjid=dora@example.org/desk", "password=a", "password-verify=a")]
    [InlineData("delete-user", "accountjids=a@b@c")]
    [InlineData("delete-user")]
    public void A_form_that_cannot_be_carried_out_is_refused(string command, params string[] fields)
    {
        var (name, pairs) = (command, fields.Select(f => f.Split('=')).Select(p => (p[0], p[1])).ToArray());
        var answer = Submit(Connect(Alice, "desk"), name, "x", pairs);
        Assert.NotNull(answer.Child("error")!.Child("bad-payload", Namespaces.Commands));
        Assert.Empty(Bench.Orders);
    }

    [Fact]
    public void A_command_can_be_cancelled()
    {
        var answer = Connect(Alice, "desk").Ask(Request(
            $"<command xmlns='{Namespaces.Commands}' node='{Admin}delete-user' sessionid='x' action='cancel'/>", Domain, "set")).Children.Single();
        Assert.Equal(("canceled", "x"), (answer.Attr("status"), answer.Attr("sessionid")));
    }

    [Fact]
    public void Only_so_many_orders_may_be_under_way()
    {
        var alice = Connect(Alice, "desk");
        Bench.Desk = _ => null;
        for (var i = 0; i < 8; i++)
        {
            alice.Send(Request(Command(Admin + "get-online-users-num"), Domain, "set"));
        }

        Assert.Equal("wait resource-constraint", Asked(alice, Command(Admin + "get-online-users-num"), Domain, "set"));
        Assert.Equal(8, Bench.Orders.Count);
    }

    [Fact]
    public void Online_is_who_has_a_client_connected()
    {
        var bob = LogIn(Bob, "phone");
        Connect(Alice, "desk");
        Connect(Alice, "phone");
        Assert.Equal(2, Online());
        bob.Drop();
        Assert.Equal(1, Online());
        bob.Resume();
        Assert.Equal(2, Online());
    }

    private int Online()
    {
        var online = -1;
        Bench.Input(new Presence.Actors.Users.CensusInput(count => online = count));
        return online;
    }

    private static string Command(string node) => $"<command xmlns='{Namespaces.Commands}' node='{node}' action='execute'/>";

    private static XmlElement Fill(BenchClient client, string command, string? execution, params (string Name, string Value)[] fields) =>
        Submit(client, command, execution, fields).Child("command", Namespaces.Commands)!;

    private static XmlElement Submit(BenchClient client, string command, string? execution, params (string Name, string Value)[] fields)
    {
        var form = string.Concat(fields.GroupBy(f => f.Name).Select(
            g => $"<field var='{g.Key}'>{string.Concat(g.Select(f => $"<value>{f.Value}</value>"))}</field>"));
        return client.Ask(Request(
            $"<command xmlns='{Namespaces.Commands}' node='{Admin}{command}' sessionid='{execution}'><x xmlns='jabber:x:data' type='submit'>" +
            $"<field type='hidden' var='FORM_TYPE'><value>{Namespaces.Administration}</value></field>{form}</x></command>", Domain, "set"));
    }

    private static IEnumerable<string> Features(BenchClient client, string? node) => client.Ask(
        Request($"<query xmlns='{Namespaces.DiscoInfo}'{(node is null ? "" : $" node='{node}'")}/>", Domain)).Children.Single()
        .Children.Where(c => c.Name == "feature").Select(f => f.Attr("var")!);
}
