using System.Diagnostics.CodeAnalysis;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>A submitted data form (XEP-0004), as far as requests to the server use one. It knows no form type; what fields mean is the reader's business.</summary>
/// <param name="Type">FORM_TYPE (XEP-0068).</param>
/// <param name="Fields">Values by name, without FORM_TYPE and without fields that have no value.</param>
public sealed record DataForm(string Type, IReadOnlyDictionary<string, IReadOnlyList<string>> Fields)
{
    private const string TypeField = "FORM_TYPE";

    /// <summary>False unless it is a submitted form with a type, each field named and named once.</summary>
    public static bool TryRead(XmlElement element, [NotNullWhen(true)] out DataForm? form)
    {
        form = null;
        if (element.Attr("type") is not (null or "submit"))
        {
            return false;
        }

        string? type = null;
        var fields = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var field in element.Children.Where(c => c.Name == "field" && c.Namespace == Namespaces.DataForms))
        {
            var values = field.Children.Where(c => c.Name == "value" && c.Namespace == Namespaces.DataForms).Select(c => c.Text).ToList();
            if (field.Attr("var") is not { } name)
            {
                return false;
            }

            if (name == TypeField && type is null && values.Count == 1)
            {
                type = values[0];
            }
            else if (name == TypeField || (values.Count > 0 && !fields.TryAdd(name, values)))
            {
                return false;
            }
        }

        form = type is null ? null : new DataForm(type, fields);
        return form is not null;
    }

    /// <summary>Reads a boolean (XEP-0004 §3.3): <c>true</c>, <c>1</c>, <c>false</c> or <c>0</c>.</summary>
    public static bool TryBoolean(IReadOnlyList<string> values, out bool value)
    {
        value = values is ["true" or "1"];
        return value || values is ["false" or "0"];
    }
}
