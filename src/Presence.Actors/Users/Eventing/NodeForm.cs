using System.Globalization;
using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// A node's configuration as a data form (XEP-0060 §8.2, §16.4.4): written whole, read field by field. A field that has one possible value here may be
/// submitted with that value only; it must never seem to take one that has no effect.
/// </summary>
public static class NodeForm
{
    /// <summary>FORM_TYPE of a configuration.</summary>
    public const string ConfigurationType = "http://jabber.org/protocol/pubsub#node_config";

    /// <summary>FORM_TYPE of preconditions (§7.1.5).</summary>
    public const string OptionsType = "http://jabber.org/protocol/pubsub#publish-options";

    private const string Prefix = "pubsub#";

    private static readonly string[] s_models = ["open", "presence", "whitelist"];
    private static readonly string[] s_last = ["never", "on_sub", "on_sub_and_presence"];

    /// <summary>Words about a node: clients send them with what matters, and they change nothing that it does.</summary>
    private static readonly HashSet<string> s_words = ["title", "description", "type", "language"];

    /// <summary>What is so whether it is said or not.</summary>
    private static readonly Dictionary<string, string> s_fixed = new()
    {
        ["publish_model"] = "publishers",
        ["notification_type"] = "headline",
        ["presence_based_delivery"] = "1",
        ["item_expire"] = "max",
        ["purge_offline"] = "0",
        ["notify_config"] = "0",
        ["notify_sub"] = "0",
        ["subscribe"] = "1",
    };

    /// <summary>Changes a configuration by a submitted form. Null: done; otherwise why not, and nothing is changed.</summary>
    public static StanzaError? Apply(XmlElement x, string type, ref NodeConfiguration configuration)
    {
        if (!DataForm.TryRead(x, out var form) || form.Type != type)
        {
            return EventingErrors.Of(StanzaErrorCondition.BadRequest, "invalid-options", "a submitted form is expected");
        }

        var changed = configuration;
        foreach (var (field, values) in form.Fields)
        {
            var name = field.StartsWith(Prefix, StringComparison.Ordinal) ? field[Prefix.Length..] : "";
            if (values.Count != 1 || !TrySet(name, values[0], ref changed))
            {
                var about = name == "access_model" ? "unsupported-access-model" : "invalid-options";
                return EventingErrors.Of(StanzaErrorCondition.NotAcceptable, about, $"{field} cannot be that");
            }
        }

        configuration = changed;
        return null;
    }

    /// <summary>
    /// What another server said of a node (XEP-0227 §4.9.1): what is not known here is passed over, but a node that not everybody could read is never opened
    /// further, and none is made to hold less.
    /// </summary>
    /// <param name="x">Null: it said nothing.</param>
    public static NodeConfiguration ReadForeign(XmlElement? x)
    {
        var configuration = NodeConfiguration.Default with { MaxItems = NodeConfiguration.Unlimited };
        foreach (var field in x?.Children.Where(c => c.Name == "field") ?? [])
        {
            var name = field.Attr("var") is { } full && full.StartsWith(Prefix, StringComparison.Ordinal) ? full[Prefix.Length..] : "";
            var value = field.Child("value")?.Text ?? "";
            if (!TrySet(name, value, ref configuration) && name == "access_model")
            {
                configuration = configuration with { Access = AccessModel.Whitelist };
            }
        }

        return configuration;
    }

    /// <summary>Writes the form.</summary>
    /// <param name="type"><c>form</c> to be filled in, <c>result</c> or <c>submit</c>.</param>
    public static void Write(Utf8XmlBuilder xml, NodeConfiguration node, string type)
    {
        xml.Open("x", Namespaces.DataForms).Attr("type", type);
        Field(xml, "FORM_TYPE", "hidden", ConfigurationType);
        Choice(xml, "access_model", s_models, s_models[(int)node.Access], type);
        Boolean(xml, "persist_items", node.Persist);
        var max = node.MaxItems == NodeConfiguration.Unlimited ? "max" : node.MaxItems.ToString(CultureInfo.InvariantCulture);
        Field(xml, Prefix + "max_items", "text-single", max);
        Choice(xml, "send_last_published_item", s_last, s_last[(int)node.SendLast], type);
        Boolean(xml, "notify_retract", node.NotifyRetract);
        Boolean(xml, "notify_delete", node.NotifyDelete);
        Boolean(xml, "deliver_notifications", node.Notify);
        Boolean(xml, "deliver_payloads", node.Payloads);
        Choice(xml, "publish_model", ["publishers"], "publishers", type);
        Choice(xml, "notification_type", ["headline"], "headline", type);
        xml.Close();
    }

    private static bool TrySet(string name, string value, ref NodeConfiguration node)
    {
        switch (name)
        {
            case "access_model" when Array.IndexOf(s_models, value) is >= 0 and var model: node = node with { Access = (AccessModel)model }; return true;
            case "send_last_published_item" when Array.IndexOf(s_last, value) is >= 0 and var last: node = node with { SendLast = (LastItem)last }; return true;
            case "max_items" when TryMaxItems(value, out var max): node = node with { MaxItems = max }; return true;
            case "persist_items" when TryBoolean(value, out var yes): node = node with { Persist = yes }; return true;
            case "notify_retract" when TryBoolean(value, out var yes): node = node with { NotifyRetract = yes }; return true;
            case "notify_delete" when TryBoolean(value, out var yes): node = node with { NotifyDelete = yes }; return true;
            case "deliver_notifications" when TryBoolean(value, out var yes): node = node with { Notify = yes }; return true;
            case "deliver_payloads" when TryBoolean(value, out var yes): node = node with { Payloads = yes }; return true;
            default: return s_words.Contains(name) || (s_fixed.TryGetValue(name, out var only) && (value == only || value == Spelt(only)));
        }
    }

    /// <summary>Asking for all that the server keeps is asking for <c>max</c>.</summary>
    private static bool TryMaxItems(string value, out int max)
    {
        max = NodeConfiguration.Unlimited;
        if (value == "max")
        {
            return true;
        }

        var read = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out max) && max is >= 1 and <= EventNodes.MaxItemsPerNode;
        max = max == EventNodes.MaxItemsPerNode ? NodeConfiguration.Unlimited : max;
        return read;
    }

    private static bool TryBoolean(string value, out bool yes) => DataForm.TryBoolean([value], out yes);

    private static string Spelt(string bit) => bit == "1" ? "true" : bit == "0" ? "false" : bit;

    private static void Boolean(Utf8XmlBuilder xml, string name, bool value) => Field(xml, Prefix + name, "boolean", value ? "1" : "0");

    private static void Field(Utf8XmlBuilder xml, string name, string type, string value) =>
        xml.Open("field").Attr("var", name).Attr("type", type).Open("value").Text(value).Close().Close();

    private static void Choice(Utf8XmlBuilder xml, string name, string[] choices, string value, string type)
    {
        xml.Open("field").Attr("var", Prefix + name).Attr("type", "list-single");
        foreach (var choice in type == "form" ? choices : [])
        {
            xml.Open("option").Open("value").Text(choice).Close().Close();
        }

        xml.Open("value").Text(value).Close().Close();
    }
}
