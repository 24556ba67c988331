using Presence.Actors.Admin;
using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The commands of XEP-0133 that there are: their forms, and how a form becomes an order. Pure: who may use them, and what an order does, is not known here.
/// </summary>
/// <param name="Node">As XEP-0133 names it.</param>
/// <param name="Title">For people.</param>
/// <param name="Fields">To be filled in; none: the command needs no form.</param>
public sealed record AdminCommand(string Node, string Title, AdminOrderKind Kind, IReadOnlyList<AdminField> Fields)
{
    /// <summary>Accounts in one order; more are refused.</summary>
    public const int MaxAccounts = 100;

    private static readonly AdminField s_account = new("accountjid", "jid-single", "The address of the account");
    private static readonly AdminField s_accounts = new("accountjids", "jid-multi", "The addresses of the accounts");
    private static readonly AdminField s_password = new("password", "text-private", "The password");
    private static readonly AdminField s_passwordAgain = new("password-verify", "text-private", "The password again");

    public static IReadOnlyList<AdminCommand> All { get; } =
    [
        Of("add-user", "Add a user", AdminOrderKind.AddUser, s_account, s_password, s_passwordAgain),
        Of("delete-user", "Delete users with all they have", AdminOrderKind.DeleteUsers, s_accounts),
        Of("change-user-password", "Change a user's password", AdminOrderKind.ChangePassword, s_account, s_password),
        Of("end-user-session", "End users' sessions", AdminOrderKind.EndSessions, s_accounts),
        Of("user-stats", "Show a user's sessions", AdminOrderKind.UserStatistics, s_account),
        Of("get-registered-users-num", "Count the accounts", AdminOrderKind.CountRegistered),
        Of("get-online-users-num", "Count the users online", AdminOrderKind.CountOnline),
    ];

    public static AdminCommand? Find(string node) => All.FirstOrDefault(c => c.Node == node);

    public void WriteForm(Utf8XmlBuilder xml)
    {
        xml.Open("x", Namespaces.DataForms).Attr("type", "form").Open("title").Text(Title).Close();
        xml.Open("field").Attr("type", "hidden").Attr("var", "FORM_TYPE").Open("value").Text(Namespaces.Administration).Close().Close();
        foreach (var field in Fields)
        {
            xml.Open("field").Attr("type", field.Type).Attr("var", field.Name).Attr("label", field.Label).Empty("required").Close();
        }

        xml.Close();
    }

    /// <returns>What is wrong with the form, in words; null: nothing.</returns>
    public string? Read(DataForm form, Jid domain, out AdminOrder order)
    {
        order = new AdminOrder(Kind, [], null);
        if (Fields.FirstOrDefault(f => !form.Fields.ContainsKey(f.Name)) is { } missing)
        {
            return $"{missing.Name} is missing";
        }

        var password = form.Fields.TryGetValue(s_password.Name, out var said) ? said[0] : null;
        if (Fields.Contains(s_passwordAgain) && form.Fields[s_passwordAgain.Name][0] != password)
        {
            return "the two passwords differ";
        }

        var addresses = form.Fields.GetValueOrDefault(Fields.Contains(s_accounts) ? s_accounts.Name : s_account.Name, []);
        if (addresses.Count > (Fields.Contains(s_accounts) ? MaxAccounts : 1))
        {
            return $"at most {MaxAccounts} accounts at once";
        }

        var accounts = new List<Jid>();
        foreach (var address in addresses)
        {
            if (!Jid.TryParse(address, out var jid) || jid.Local is null || jid.Domain != domain.Domain || (Kind != AdminOrderKind.EndSessions && !jid.IsBare))
            {
                return $"'{address}' is not the address of an account of {domain}";
            }

            accounts.Add(jid);
        }

        order = new AdminOrder(Kind, accounts, password);
        return null;
    }

    private static AdminCommand Of(string name, string title, AdminOrderKind kind, params AdminField[] fields) =>
        new($"{Namespaces.Administration}#{name}", title, kind, fields);
}

/// <summary>A field of a command's form; all are required.</summary>
public sealed record AdminField(string Name, string Type, string Label);
