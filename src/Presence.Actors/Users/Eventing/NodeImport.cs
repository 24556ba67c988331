using Presence.Actors.Admin;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Takes over nodes and items from elsewhere (XEP-0227 §4.9), within the limits that hold for clients. What is there already stays unless it is to be replaced.
/// Nobody is told: clients see it when they next come.
/// </summary>
internal static class NodeImport
{
    /// <summary>Items taken, there already, and refused. Nodes by themselves are not counted, but for those that are refused.</summary>
    public static (int Taken, int Kept, int Refused) Decide(UserImport data, Turn turn)
    {
        var sum = (Taken: 0, Kept: 0, Refused: data.Nodes.Count(configure => !Configure(configure, data.Overwrite, turn)));
        foreach (var items in data.NodeItems)
        {
            var (taken, kept, refused) = Items(items, data.Overwrite, turn);
            sum = (sum.Taken + taken, sum.Kept + kept, sum.Refused + refused);
        }

        return sum;
    }

    private static bool Configure(XmlElement configure, bool overwrite, Turn turn)
    {
        var name = configure.Attr("node");
        var known = name is not null && turn.User.Events?.Find(name) is not null;
        if (Publication.NameFault(name) is not null || (!known && NodeWriting.NodesFull(turn.User)))
        {
            return false;
        }

        if (!known || overwrite)
        {
            NodeWriting.Configure(name!, NodeForm.ReadForeign(configure.Child("x", Namespaces.DataForms)), turn);
        }

        return true;
    }

    private static (int Taken, int Kept, int Refused) Items(XmlElement items, bool overwrite, Turn turn)
    {
        var (taken, kept, refused, name) = (0, 0, 0, items.Attr("node"));
        var given = items.Children.Where(c => c.Name == "item").ToList();
        if (Publication.NameFault(name) is not null)
        {
            return (0, 0, given.Count);
        }

        // Without a word about the node it is nobody's but the owner's.
        var closed = NodeConfiguration.Default with { Access = AccessModel.Whitelist, MaxItems = NodeConfiguration.Unlimited };
        var free = turn.User.Events?.Find(name!) is { } there && !overwrite ? there.Configuration.Capacity - there.Items.Count : int.MaxValue;
        var room = turn.User.Events?.Find(name!)?.Configuration.Capacity ?? EventNodes.MaxItemsPerNode;
        var fitting = given.TakeLast(Math.Min(room, given.Count)).ToList();
        kept += given.Count - fitting.Count;
        foreach (var item in fitting)
        {
            var node = turn.User.Events?.Find(name!);
            if (!overwrite && (free <= taken || node?.Items.Any(i => i.Id == item.Attr("id")) == true))
            {
                kept++;
                continue;
            }

            var publication = Publication.ReadItem(item) is { } read ? new Publication(name!, node?.Configuration ?? closed, node is null, [read]) : null;
            if (publication is not { Configuration.Persist: true } || NodeWriting.Refusal(publication, turn) is not null)
            {
                refused++;
                continue;
            }

            NodeWriting.Publish(publication, turn, tell: false);
            taken++;
        }

        return (taken, kept, refused);
    }
}
