using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Tells clients of the STUN and TURN services an operator runs (XEP-0215), with credentials that end by themselves where a secret is shared with the
/// service. It never talks to a service.
/// </summary>
public static class ExternalServicesFeature
{
    /// <summary>§3.1, §3.2: all services, or those of one type.</summary>
    public static void Services(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        var type = query.Attr("type");
        IqReply.Result(session, iq, turn, xml =>
        {
            xml.Open("services", Namespaces.ExternalServices).Attr("type", type);
            foreach (var service in turn.Environment.Services.External.Where(s => type is null || s.Type == type))
            {
                Write(xml, service, turn.Now);
            }

            xml.Close();
        });
    }

    /// <summary>§3.3: credentials for the services of a host and type, and port if one is named.</summary>
    public static void Credentials(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        if (query.Child("service") is not { } wanted || wanted.Attr("host") is not { } host || wanted.Attr("type") is not { } type)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.BadRequest, turn);
            return;
        }

        var port = wanted.Attr("port");
        var found = turn.Environment.Services.External.Where(s => s.Host == host && s.Type == type
            && (port is null || port == s.Port.ToString(CultureInfo.InvariantCulture)) && (s.Secret ?? s.Username) is not null).ToList();
        if (found.Count == 0)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ItemNotFound, turn);
            return;
        }

        IqReply.Result(session, iq, turn, xml =>
        {
            xml.Open("credentials", Namespaces.ExternalServices);
            found.ForEach(service => Write(xml, service, turn.Now));
            xml.Close();
        });
    }

    private static void Write(Utf8XmlBuilder xml, ExternalService service, long now)
    {
        var expires = now + (long)service.Lifetime.TotalMilliseconds;
        var (username, password) = service.Secret is { } secret ? Temporary(secret, expires) : (service.Username, service.Password);
        xml.Open("service").Attr("type", service.Type).Attr("host", service.Host).Attr("port", service.Port)
            .Attr("transport", service.Transport).Attr("name", service.Name)
            .Attr("username", username).Attr("password", password)
            .Attr("restricted", username is null ? null : "true")
            .Attr("expires", service.Secret is null ? null : DateTimeProfile.Format(expires))
            .Close();
    }

    /// <summary>
    /// The convention of TURN REST: the name is the second it ends at, the password its HMAC-SHA1 by the shared secret. The user is not named, so that
    /// the relay cannot tell who calls.
    /// </summary>
    private static (string Username, string Password) Temporary(string secret, long expires)
    {
        var username = (expires / 1000).ToString(CultureInfo.InvariantCulture);

        // The convention knows no other hash; as a keyed hash SHA-1 is not broken.
#pragma warning disable CA5350
        return (username, Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username))));
#pragma warning restore CA5350
    }
}
