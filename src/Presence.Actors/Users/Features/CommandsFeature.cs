using System.Globalization;
using Presence.Actors.Admin;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Ad-hoc commands (XEP-0050) for administrators. Every command has one form at most, which comes back with all that is needed: nothing is remembered
/// between its stages. It must never do itself what is ordered.
/// </summary>
public static class CommandsFeature
{
    /// <summary>Orders of one session that may be under way; one more is refused with <c>resource-constraint</c>.</summary>
    public const int MaxOrders = 8;

    public static bool MayUse(Turn turn) => turn.Environment.Services.Administrators.Contains(turn.User.Jid.ToString());

    /// <summary>§3: a command, its form filled in, or an end to it.</summary>
    public static void Execute(SessionState session, Stanza iq, XmlElement request, Turn turn)
    {
        if (!MayUse(turn))
        {
            IqReply.Error(session, iq, StanzaErrorCondition.Forbidden, turn);
            return;
        }

        if (AdminCommand.Find(request.Attr("node") ?? "") is not { } command)
        {
            IqReply.Error(session, iq, request.Attr("node") is null ? StanzaErrorCondition.BadRequest : StanzaErrorCondition.FeatureNotImplemented, turn);
            return;
        }

        var execution = request.Attr("sessionid");
        switch (request.Attr("action"))
        {
            case "cancel":
                IqReply.Result(session, iq, turn, xml => Open(xml, command.Node, execution ?? NewExecution(turn), "canceled").Close());
                break;
            case null or "execute" or "complete":
                Run(session, iq, request, command, execution, turn);
                break;
            case var action:
                // There is no stage before or after the only one.
                Refuse(session, iq, action is "prev" or "next" ? "bad-action" : "malformed-action", null, turn);
                break;
        }
    }

    /// <summary>What was ordered has been done, or not.</summary>
    public static void Finished(AdminOutcomeInput input, Turn turn)
    {
        if (turn.User.SessionOf(input.SessionNo) is not { } session)
        {
            return;
        }

        session.Orders = Math.Max(0, session.Orders - 1);
        if (input.Outcome.Error is { } error)
        {
            IqReply.Error(session, input.Request, error, turn);
            return;
        }

        IqReply.Result(session, input.Request, turn, xml =>
        {
            Open(xml, input.Node, input.Execution, "completed");
            WriteResult(xml, input.Outcome.Fields);
            xml.Close();
        });
    }

    private static void Run(SessionState session, Stanza iq, XmlElement request, AdminCommand command, string? execution, Turn turn)
    {
        var (form, order) = (default(DataForm), new AdminOrder(command.Kind, [], null));
        var submitted = request.Child("x", Namespaces.DataForms);
        if (command.Fields.Count > 0 && submitted is null && execution is null)
        {
            IqReply.Result(session, iq, turn, xml =>
            {
                Open(xml, command.Node, NewExecution(turn), "executing").Open("actions").Attr("execute", "complete").Empty("complete").Close();
                command.WriteForm(xml);
                xml.Close();
            });
            return;
        }

        if (command.Fields.Count > 0
            && (submitted is null || !DataForm.TryRead(submitted, out form) || form.Type != Namespaces.Administration))
        {
            Refuse(session, iq, "bad-payload", "the form that was given is to be sent back, filled in", turn);
        }
        else if (form is not null && command.Read(form, turn.Environment.Domain, out order) is { } problem)
        {
            Refuse(session, iq, "bad-payload", problem, turn);
        }
        else if (session.Orders >= MaxOrders)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ResourceConstraint, turn);
        }
        else
        {
            session.Orders++;
            var (user, no, node, id) = (turn.User.UserId, session.No, command.Node, execution ?? NewExecution(turn));
            turn.Order(order, outcome => new AdminOutcomeInput(user, no, iq, node, id, outcome));
        }
    }

    private static void Refuse(SessionState session, Stanza iq, string condition, string? text, Turn turn)
    {
        var error = new StanzaError(StanzaErrorCondition.BadRequest) { Text = text, Application = new XmlElement(condition, Namespaces.Commands) };
        IqReply.Error(session, iq, error, turn);
    }

    private static Utf8XmlBuilder Open(Utf8XmlBuilder xml, string node, string execution, string status) =>
        xml.Open("command", Namespaces.Commands).Attr("node", node).Attr("sessionid", execution).Attr("status", status);

    private static string NewExecution(Turn turn) => turn.RandomNumber().ToString("x16", CultureInfo.InvariantCulture);

    private static void WriteResult(Utf8XmlBuilder xml, IReadOnlyList<(string Name, IReadOnlyList<string> Values)> fields)
    {
        if (fields.Count == 0)
        {
            return;
        }

        xml.Open("x", Namespaces.DataForms).Attr("type", "result");
        xml.Open("field").Attr("type", "hidden").Attr("var", "FORM_TYPE").Open("value").Text(Namespaces.Administration).Close().Close();
        foreach (var (name, values) in fields)
        {
            xml.Open("field").Attr("var", name);
            foreach (var value in values)
            {
                xml.Open("value").Text(value).Close();
            }

            xml.Close();
        }

        xml.Close();
    }
}
