using System.Xml.Linq;

namespace Presence.Chaos.Fuzz;

/// <summary>Changes an element so that it stays well formed: what reaches the handlers. Chance comes in; the same chance makes the same change.</summary>
internal static class TreeMutation
{
    private const int MaxRepeats = 300;
    private const int MaxNesting = 70;

    public static void Apply(XElement root, Random random)
    {
        XElement[] all = [.. root.DescendantsAndSelf()];
        var target = all[random.Next(all.Length)];
        switch (random.Next(14))
        {
            case 0 or 1 or 2:
                ChangeAttribute(target, random);
                break;
            case 3:
                target.Attributes().Where(a => !a.IsNamespaceDeclaration).OrderBy(_ => random.Next()).FirstOrDefault()?.Remove();
                break;
            case 4 or 5:
                target.RemoveNodes();
                target.Add(new XText(Pick(Corpus.Values, random)));
                break;
            case 6:
                Rename(target, XName.Get(target.Name.LocalName, Pick(Corpus.Namespaces, random)));
                break;
            case 7:
                Rename(target, target.Name.Namespace + Pick(all, random).Name.LocalName);
                break;
            case 8 when target.Parent is not null:
                target.Remove();
                break;
            case 9 when target.Parent is not null:
                Repeat(target, random.Next(4) == 0 ? random.Next(MaxRepeats) : 1);
                break;
            case 10:
                target.Add(new XElement(Pick(all, random)));
                break;
            case 11:
                Nest(target, random.Next(MaxNesting));
                break;
            case 12:
                Graft(target, random);
                break;
            default:
                target.AddFirst(new XText(Pick(Corpus.Values, random)));
                break;
        }
    }

    private static void ChangeAttribute(XElement target, Random random)
    {
        XName[] there = [.. target.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => a.Name)];
        string[] usual = ["to", "type", "id", "jid", "node", "var", "subscription", "h", "max", "previd", "name", "default", "stamp", "by", "action", "resume", "ver"];
        var name = there.Length > 0 && random.Next(4) > 0 ? there[random.Next(there.Length)] : Pick(usual, random);
        target.SetAttributeValue(name, Pick(Corpus.Values, random));
    }

    private static void Rename(XElement target, XName name)
    {
        // The reader takes what has no name of its own for the parent's.
        if (name.NamespaceName != XNamespace.Xml.NamespaceName)
        {
            target.Attributes().Where(a => a.IsNamespaceDeclaration && a.Name.LocalName == "xmlns").Remove();
            target.Name = name;
        }
    }

    private static void Repeat(XElement target, int times)
    {
        for (var count = 0; count < times; count++)
        {
            target.AddAfterSelf(new XElement(target));
        }
    }

    private static void Nest(XElement target, int levels)
    {
        for (var count = 0; count < levels; count++)
        {
            var inner = new XElement(target.Name, target.Nodes());
            target.RemoveNodes();
            target.Add(inner);
        }
    }

    // A child of another example: what belongs elsewhere.
    private static void Graft(XElement target, Random random)
    {
        var from = random.Next(3) switch { 0 => Corpus.Iqs, 1 => Corpus.Messages, _ => Corpus.Presences };
        XElement[] others = [.. Tree.Parse(Pick(from, random)).Descendants()];
        if (others.Length > 0)
        {
            target.Add(new XElement(Pick(others, random)));
        }
    }

    internal static T Pick<T>(IReadOnlyList<T> list, Random random) => list[random.Next(list.Count)];
}
