using Presence.Actors.Admin;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// What operators ask of one user. Every answer leaves after the commit of what it speaks of; a request whose batch is not committed gets none,
/// and the asker's own patience ends it. It never looks at another user.
/// </summary>
public static class AdminFeature
{
    public static void Decide(AdminInput input, Turn turn)
    {
        if (input.Request is CreateAccountRequest create)
        {
            Create(create, input.Reply, turn);
        }
        else if (input.Request is ImportRequest import)
        {
            Import(import, input.Reply, turn);
        }
        else if (!turn.User.Exists)
        {
            Answer(input.Reply, AdminStatus.NoSuchUser, turn);
        }
        else
        {
            switch (input.Request)
            {
                case ChangeCredentialsRequest change:
                    turn.Emit(new CredentialsChanged(change.UserId, change.Credentials));
                    Answer(input.Reply, AdminStatus.Done, turn);
                    break;
                case RemoveAccountRequest:
                    Remove(turn);
                    Answer(input.Reply, AdminStatus.Done, turn);
                    break;
                case DescribeUserRequest: AdminDescription.Give(input.Reply, turn); break;
                case KickRequest kick: Kick(kick, input.Reply, turn); break;
                case PurgeQueueRequest purge: QueuePurge.Decide(purge, input.Reply, turn); break;
                case ExplainRequest explain: Explain(explain, input.Reply, turn); break;
                default: throw new ArgumentException($"{input.Request.GetType().Name} is not a request about a user", nameof(input));
            }
        }
    }

    /// <summary>The row asked for by an <see cref="ExplainRequest"/> has been read.</summary>
    public static void Explained(ExplainInput input, Turn turn)
    {
        var reply = input.Row is { } row && turn.User.Exists
            ? new AdminReply(AdminStatus.Done, Lines: PushFeature.Explain(row, turn))
            : new AdminReply(AdminStatus.NotFound);
        turn.After(() => input.Reply(reply));
    }

    internal static void Answer(Action<AdminReply> reply, AdminStatus status, Turn turn) => turn.After(() => reply(new AdminReply(status)));

    private static void Create(CreateAccountRequest request, Action<AdminReply> reply, Turn turn)
    {
        var user = turn.User;
        if (user.Exists)
        {
            Answer(reply, AdminStatus.AlreadyExists, turn);
            return;
        }

        if (user.Erasing)
        {
            AskErased(request, reply, turn);
            return;
        }

        Make(request.Jid, request.Credentials, turn);
        Answer(reply, AdminStatus.Done, turn);
    }

    private static void Import(ImportRequest request, Action<AdminReply> reply, Turn turn)
    {
        var user = turn.User;
        if (user.Exists || (request.Data.Credentials is not null && !user.Erasing))
        {
            var created = !user.Exists;
            if (created)
            {
                Make(request.Jid, request.Data.Credentials!, turn);
            }

            ImportFeature.Decide(request, created, reply, turn);
        }
        else if (request.Data.Credentials is null)
        {
            Answer(reply, AdminStatus.NoSuchUser, turn);
        }
        else
        {
            AskErased(request, reply, turn);
        }
    }

    /// <summary>An account of that name may have been removed in this very memory: ids go on from there.</summary>
    private static void Make(string jid, CredentialRow keys, Turn turn)
    {
        var user = turn.User;
        turn.Emit(new AccountCreated(new AccountRow(user.UserId, jid, keys, 0, user.LastId, user.LastId)));
    }

    /// <summary>A new account would find what its predecessor left. Whether that has gone meanwhile is the store's to know.</summary>
    private static void AskErased(AdminRequest request, Action<AdminReply> reply, Turn turn)
    {
        var (user, removals) = (turn.User.UserId, turn.User.Removals);
        turn.Read(store => new ErasureInput(user, request, reply, IsErasing(store, user), removals), () => Defect(reply));
    }

    /// <summary>The store has said whether a removed account's data is gone.</summary>
    public static void Erased(ErasureInput input, Turn turn)
    {
        var user = turn.User;
        if (input.Erasing || input.Removals != user.Removals)
        {
            Answer(input.Reply, AdminStatus.Erasing, turn);
            return;
        }

        user.Erasing = false;
        Decide(new AdminInput(input.Request, input.Reply), turn);
    }

    private static bool IsErasing(IStore store, long userId)
    {
        try
        {
            return store.IsErasing(userId);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Contacts see the user go and their subscriptions end, as if the user had removed each of them (RFC 6121 §2.5.2).</summary>
    internal static void Remove(Turn turn)
    {
        EndAll(EndReason.Removed, turn);
        SubscriptionFeature.CancelAll(turn);
        turn.Emit(new AccountRemoved(turn.User.UserId));
        turn.After(turn.Environment.AccountRemoved);
    }

    private static void Kick(KickRequest request, Action<AdminReply> reply, Turn turn)
    {
        if (request.Resource is null)
        {
            EndAll(EndReason.Kicked, turn);
        }
        else if (turn.User.SessionOf(request.Resource) is { } session)
        {
            SessionEnding.End(session, turn, EndReason.Kicked);
        }
        else
        {
            Answer(reply, AdminStatus.NotFound, turn);
            return;
        }

        Answer(reply, AdminStatus.Done, turn);
    }

    private static void EndAll(EndReason reason, Turn turn)
    {
        foreach (var session in turn.User.Sessions.ToArray())
        {
            SessionEnding.End(session, turn, reason);
        }
    }

    private static void Explain(ExplainRequest request, Action<AdminReply> reply, Turn turn)
    {
        if (!turn.Environment.StanzaIds.TryDecode(request.StanzaId, out var id))
        {
            Answer(reply, AdminStatus.NotFound, turn);
            return;
        }

        turn.Read(store =>
        {
            try
            {
                var rows = store.ReadMessages(request.UserId, [id]);
                return new ExplainInput(request.UserId, rows.Count > 0 ? rows[0] : null, request.StanzaId, reply);
            }
            catch (IOException)
            {
                reply(new AdminReply(AdminStatus.Unavailable));
                return null;
            }
        }, () => Defect(reply));
    }

    /// <summary>The store could not be asked.</summary>
    internal static UserInput? Defect(Action<AdminReply> reply)
    {
        reply(new AdminReply(AdminStatus.Defect));
        return null;
    }
}
