using System.Security.Cryptography;
using System.Text;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Whether an answer of service discovery is what a verification string stands for (XEP-0115 §5). Only then may it be believed of other clients that say the
/// same: anybody could poison the rest.
/// </summary>
public static class CapsVerification
{
    /// <summary>False also for an algorithm that is not known, and for an answer that §5.4 calls ill-formed.</summary>
    public static bool Holds(XmlElement query, CapsSaid said)
    {
        var identities = query.Children.Where(c => c.Name == "identity" && c.Namespace == query.Namespace)
            .Select(c => $"{c.Attr("category")}/{c.Attr("type")}/{c.Attr("lang", Namespaces.Xml)}/{c.Attr("name")}").ToList();
        var features = query.Children.Where(c => c.Name == "feature" && c.Namespace == query.Namespace).Select(c => c.Attr("var") ?? "").ToList();
        var text = new StringBuilder();
        if (!Append(text, identities) || !Append(text, features) || !AppendForms(text, query))
        {
            return false;
        }

        return Digest(said.Hash, Encoding.UTF8.GetBytes(text.ToString())) is { } digest && Convert.ToBase64String(digest) == said.Version;
    }

    // The algorithms are those the specification and the clients use; a hash that somebody finds twice costs events, not secrets.
    private static byte[]? Digest(string? hash, byte[] text) => hash switch
    {
#pragma warning disable CA5350
        "sha-1" => SHA1.HashData(text),
#pragma warning restore CA5350
        "sha-256" => SHA256.HashData(text),
        "sha-512" => SHA512.HashData(text),
        _ => null,
    };

    /// <summary>False: one stands there twice.</summary>
    private static bool Append(StringBuilder text, List<string> parts)
    {
        parts.Sort(StringComparer.Ordinal);
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0 && parts[i] == parts[i - 1])
            {
                return false;
            }

            text.Append(parts[i]).Append('<');
        }

        return true;
    }

    /// <summary>XEP-0128: forms by their type, fields by their names, values, each in octet order. Forms without a type do not count.</summary>
    private static bool AppendForms(StringBuilder text, XmlElement query)
    {
        var forms = new SortedDictionary<string, XmlElement>(StringComparer.Ordinal);
        foreach (var form in query.Children.Where(c => c.Name == "x" && c.Namespace == Namespaces.DataForms))
        {
            var type = Fields(form).FirstOrDefault(f => f.Name == "FORM_TYPE").Field;
            if (type is null || type.Attr("type") is not (null or "hidden"))
            {
                continue;
            }

            if (!forms.TryAdd(Values(type).FirstOrDefault() ?? "", form))
            {
                return false;
            }
        }

        foreach (var (type, form) in forms)
        {
            text.Append(type).Append('<');
            foreach (var (name, field) in Fields(form).Where(f => f.Name != "FORM_TYPE").OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                text.Append(name).Append('<');
                foreach (var value in Values(field).Order(StringComparer.Ordinal))
                {
                    text.Append(value).Append('<');
                }
            }
        }

        return true;
    }

    private static IEnumerable<(string Name, XmlElement Field)> Fields(XmlElement form) =>
        form.Children.Where(c => c.Name == "field" && c.Namespace == form.Namespace).Select(c => (c.Attr("var") ?? "", c));

    private static IEnumerable<string> Values(XmlElement field) => field.Children.Where(c => c.Name == "value").Select(c => c.Text);
}
