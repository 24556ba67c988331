using System.Collections.Immutable;
using System.Globalization;
using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Keeps the avatar of personal eventing (XEP-0084) and the photo of the vCard the same (XEP-0398 §4). Both are written in one batch with what caused the
/// change. It must never make an image public that its owner shows to some only: vCards are for everybody.
/// </summary>
internal static class AvatarConversion
{
    /// <summary>Whether a publication changes the photo of the vCard: it names another image, or none any more, and the images may be seen by everybody.</summary>
    public static bool NeedsPhoto(Publication publication, UserState user)
    {
        if (publication.Node != Namespaces.AvatarMetadata)
        {
            return false;
        }

        var (announced, image) = Announced(publication);
        return announced && (image is null ? !string.IsNullOrEmpty(user.Photo) && !OfVCardOnly(user) : !IsHash(image, user.Photo) && IsPublic(user, image));
    }

    /// <summary>Reads the image and the vCard; the publication goes on with them.</summary>
    public static void Ask(SessionState session, Stanza iq, XmlElement pubsub, Publication publication, Turn turn)
    {
        var user = turn.User;
        if (user.DocumentReads >= DocumentReading.MaxReads)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ResourceConstraint, turn);
            return;
        }

        user.DocumentReads++;
        var (id, no, known) = (user.UserId, session.No, VCardOf(user));
        var image = Announced(publication).Image is { } hash ? EventItemName.Of(Namespaces.AvatarData, hash) : null;
        turn.Read(store =>
        {
            try
            {
                var vcard = store.ReadDocument(id, DocumentKind.VCard, "");
                var data = image is null ? null : store.ReadDocument(id, DocumentKind.EventItem, image);
                return new AvatarInput(id, no, iq, pubsub, known, vcard, data, Failed: false);
            }
            catch (IOException)
            {
                return Failed();
            }
        }, Failed);

        AvatarInput Failed() => new(id, no, iq, pubsub, known, null, null, Failed: true);
    }

    /// <summary>The store answered. A vCard that was written meanwhile is not overwritten: it is read again.</summary>
    public static void Answer(AvatarInput input, Turn turn)
    {
        var user = turn.User;
        user.DocumentReads = Math.Max(0, user.DocumentReads - 1);
        if (user.SessionOf(input.SessionNo) is not { } session)
        {
            // Nobody was told that it would be done.
            return;
        }

        if (input.Failed)
        {
            IqReply.Error(session, input.Request, new StanzaError(StanzaErrorCondition.InternalServerError, StanzaErrorType.Wait), turn);
            return;
        }

        var same = ReferenceEquals(VCardOf(user), input.Known);
        EventingFeature.Publish(session, input.Request, input.PubSub, turn, same ? new AvatarPhoto(VCardWith(input)) : null);
    }

    /// <summary>The vCard has another photo than before: it becomes the published avatar, as far as there is room (§4.2).</summary>
    /// <param name="before">As <paramref name="photo"/>; null: there was no vCard.</param>
    /// <param name="photo">SHA-1 in hexadecimal digits; empty: none.</param>
    public static void PhotoChanged(XmlElement vcard, string? before, string photo, Turn turn)
    {
        var shown = turn.User.Events?.Find(Namespaces.AvatarMetadata)?.Last?.Id;
        if (photo.Length == 0)
        {
            if (shown is not null && IsHash(shown, before))
            {
                // XEP-0084 §4.2.2: no avatar is shown any more.
                Publish(Namespaces.AvatarMetadata, "none", new XmlElement("metadata", Namespaces.AvatarMetadata), turn);
            }

            return;
        }

        if (shown == photo)
        {
            return;
        }

        var element = vcard.Children.First(c => c.Name == "PHOTO" && !string.IsNullOrWhiteSpace(c.Child("BINVAL")?.Text));
        var (image, type) = (Convert.FromBase64String(element.Child("BINVAL")!.Text), element.Child("TYPE")?.Text.Trim());
        var data = new XmlElement("data", Namespaces.AvatarData, default, [Convert.ToBase64String(image)]);
        var info = new XmlElement(
            "info",
            Namespaces.AvatarMetadata,
            [
                new("bytes", "", image.Length.ToString(CultureInfo.InvariantCulture)),
                new("id", "", photo),
                new("type", "", string.IsNullOrEmpty(type) ? "image/png" : type),
            ]);
        if (Publish(Namespaces.AvatarData, photo, data, turn))
        {
            Publish(Namespaces.AvatarMetadata, photo, new XmlElement("metadata", Namespaces.AvatarMetadata, default, [info]), turn);
        }
    }

    /// <summary>False: there is no room. A new node is open, as the vCard is.</summary>
    private static bool Publish(string node, string id, XmlElement payload, Turn turn)
    {
        var old = turn.User.Events?.Find(node);
        var configuration = old?.Configuration ?? NodeConfiguration.Default with { Access = AccessModel.Open };
        var publication = new Publication(node, configuration, old is null, [(id, payload, payload.ToBytes(""))]);
        if (NodeWriting.Refusal(publication, turn) is not null)
        {
            return false;
        }

        NodeWriting.Publish(publication, turn);
        return true;
    }

    /// <summary>The image that is announced and kept here, not at an address elsewhere. Not announced at all: the payload is something else.</summary>
    private static (bool Announced, string? Image) Announced(Publication publication)
    {
        var (id, payload, _) = publication.Items[^1];
        if (payload is not { Name: "metadata", Namespace: Namespaces.AvatarMetadata })
        {
            return (false, null);
        }

        var infos = payload.Children.Where(c => c.Name == "info").ToList();
        var here = infos.Find(i => i.Attr("url") is null);
        return infos.Count == 0 ? (true, null) : (here is not null, here is null ? null : here.Attr("id") ?? id);
    }

    private static bool IsPublic(UserState user, string image) =>
        user.Events?.Find(Namespaces.AvatarData) is { Configuration: { Access: AccessModel.Open, Persist: true } } data && data.Items.Any(i => i.Id == image);

    /// <summary>The photo never was the published avatar: that none is published any more says nothing of it.</summary>
    private static bool OfVCardOnly(UserState user) => user.Events?.Find(Namespaces.AvatarMetadata)?.Last?.Id is not { } shown || !IsHash(shown, user.Photo);

    private static bool IsHash(string said, string? hash) => string.Equals(said, hash, StringComparison.OrdinalIgnoreCase);

    private static DocumentRef? VCardOf(UserState user) => user.Documents?.Find(d => d.Kind == DocumentKind.VCard);

    /// <summary>Null: it stays as it is, the image is not there or not what it is called.</summary>
    private static XmlElement? VCardWith(AvatarInput input)
    {
        var old = input.VCard is { } row ? XmlElement.Parse(row.Body) : new XmlElement("vCard", Namespaces.VCard);
        var kept = old.Nodes.Where(n => n.Element is not { Name: "PHOTO" }).ToImmutableArray();
        var metadata = input.PubSub.Child("publish")!.Children.Last(c => c.Name == "item").Children.First();
        var info = metadata.Children.FirstOrDefault(c => c.Name == "info" && c.Attr("url") is null);
        if (info is null)
        {
            return new XmlElement(old.Name, old.Namespace, old.Attributes, kept);
        }

        if (input.Image is not { } image || !TryImage(XmlElement.Parse(image.Body).Text, EventItemName.Parts(image.Name).Item, out var text))
        {
            return null;
        }

        var type = new XmlElement("TYPE", Namespaces.VCard, default, [info.Attr("type") ?? "image/png"]);
        var binary = new XmlElement("BINVAL", Namespaces.VCard, default, [text]);
        var photo = new XmlElement("PHOTO", Namespaces.VCard, default, [type, binary]);
        return new XmlElement(old.Name, old.Namespace, old.Attributes, kept.Add(photo));
    }

    private static bool TryImage(string base64, string hash, out string text)
    {
        text = "";
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length) || length == 0)
        {
            return false;
        }

        text = Convert.ToBase64String(bytes, 0, length);
        return IsHash(hash, VCardFeature.HashOf(bytes.AsSpan(0, length)));
    }
}
