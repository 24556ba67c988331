using Presence.Node.Configuration;
using Presence.Storage.Contracts;

namespace Presence.Cli;

/// <summary>
/// What a command needs of a node that does not run: its configuration by the node's own rules, and by it the data directory. Whether it really is stopped only the
/// lock in that directory can tell, and who opens the data takes it.
/// </summary>
internal static class StoppedNode
{
    /// <exception cref="UsageException">The configuration is wrong.</exception>
    public static NodeOptions Options(IReadOnlyList<string> settings, CommandContext context)
    {
        var terminal = context.Terminal;
        var gathered = GatheredSettings.From(settings, terminal.Environment, AppContext.BaseDirectory, terminal.WorkingDirectory);
        return OptionsValidation.TryRead(gathered, terminal.WorkingDirectory, out var problems)
            ?? throw new UsageException("the configuration is wrong: " + string.Join("; ", problems.Select(p => p.Message)));
    }

    /// <summary>The data directory of a node whose data is one file there.</summary>
    /// <exception cref="StoreException">It is in PostgreSQL, which has tools of its own.</exception>
    public static string FileDirectory(NodeOptions options) => options.Store.ConnectionString is null
        ? options.DataDirectory
        : throw new StoreException("The data is in PostgreSQL: back it up and restore it with its own tools, such as pg_dump and pg_restore (docs/operations/postgres.md).");

    /// <summary>Does something with the data, and says more than the store can when there is none.</summary>
    public static T Open<T>(NodeOptions options, CommandContext context, Func<NodeOptions, T> open)
    {
        try
        {
            return open(options);
        }
        catch (StoreException e)
        {
            throw new NoNodeException(
                $"no node answers at {context.Node.SocketPath}, and its data cannot be used directly: {e.Message} "
                + "Name the socket with --admin PATH, or the data of a stopped node as to the node itself, after --: -- --Data:Directory=DIR", e);
        }
    }
}
