using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Presence.Cli.Load;

/// <summary>What a server on this machine has used, read from <c>/proc</c>: any server, not only a node. Reads nothing else of it.</summary>
internal sealed class ServerProcess
{
    private const int SolSocket = 1;
    private const int PeerCredentials = 17;

    // Clock ticks of /proc: USER_HZ, which Linux fixes at 100 for programs.
    private const double TicksPerSecond = 100;

    private readonly string _directory;

    private ServerProcess(int id) => (Id, _directory) = (id, string.Create(CultureInfo.InvariantCulture, $"/proc/{id}"));

    public int Id { get; }

    /// <summary>Time on a core since the process began, kernel included.</summary>
    public TimeSpan Cpu
    {
        get
        {
            // The second field, the program's name, may hold spaces; it ends with the last parenthesis.
            var text = File.ReadAllText(_directory + "/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Memory
    {
        get
        {
            var line = File.ReadLines(_directory + "/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
    }

    /// <exception cref="UsageException">There is no such process, or no <c>/proc</c>.</exception>
    public static ServerProcess Of(int id)
    {
        var process = new ServerProcess(id);
        return Directory.Exists(process._directory) ? process : throw new UsageException($"there is no process {id} on this machine whose use of it could be measured");
    }

    /// <summary>Who listens at a Unix socket; null where the system does not tell.</summary>
    public static async Task<ServerProcess?> BehindAsync(string socketPath, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(socketPath))
        {
            return null;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation).ConfigureAwait(false);
        var credentials = new byte[12];
        socket.GetRawSocketOption(SolSocket, PeerCredentials, credentials);
        return Of(MemoryMarshal.Read<int>(credentials));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
