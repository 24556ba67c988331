using System.Diagnostics;
using System.Globalization;

namespace Presence.Chaos.Disk;

/// <summary>
/// A small file system in memory that only a process of ours and the programs it lends it to can see (a private mount
/// namespace), so that it can really be full. It must never show in the machine's own mounts; it goes with this object.
/// </summary>
public sealed class PrivateDisk : IDisposable
{
    private readonly Process holder;

    private PrivateDisk(Process holder, string path)
    {
        this.holder = holder;
        Path = path;
    }

    /// <summary>Where it is mounted, in its own namespace.</summary>
    public string Path { get; }

    /// <summary>The namespace's root, seen from outside.</summary>
    public string View => string.Create(CultureInfo.InvariantCulture, $"/proc/{holder.Id}/root");

    /// <summary>The command that runs another inside the namespace.</summary>
    public IReadOnlyList<string> Enter
    {
        get
        {
            var target = holder.Id.ToString(CultureInfo.InvariantCulture);
            return IsRoot ? ["nsenter", "-m", "-t", target, "--"] : ["nsenter", "-m", "-U", "--preserve-credentials", "-t", target, "--"];
        }
    }

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Mounts a file system of this size.</summary>
    /// <exception cref="InvalidOperationException">The machine does not allow it; the message says what was said.</exception>
    public static async Task<PrivateDisk> MountAsync(string size)
    {
        var path = Directory.CreateTempSubdirectory("presence-disk-").FullName;
        // Without root a user namespace lends the right to mount.
        var unshare = IsRoot ? "-m" : "-Urm";
        var holder = Process.Start(new ProcessStartInfo(
            "unshare", [unshare, "sh", "-c", $"mount -t tmpfs -o size={size} tmpfs {path} && echo mounted && exec sleep infinity"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var disk = new PrivateDisk(holder, path);
        if (await holder.StandardOutput.ReadLineAsync() == "mounted")
        {
            return disk;
        }

        var error = await holder.StandardError.ReadToEndAsync();
        disk.Dispose();
        throw new InvalidOperationException($"no private file system here: {error}");
    }

    /// <summary>Takes the last free block.</summary>
    public void Fill()
    {
        using var filler = new FileStream(View + Path + "/filler", FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[65536, 4096, 1])
        {
            try
            {
                for (var block = new byte[size]; ;)
                {
                    filler.Write(block);
                }
            }
            catch (IOException)
            {
                // Full, as far as blocks of this size go.
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(View + Path + "/filler");

    public void Dispose()
    {
        if (!holder.HasExited)
        {
            holder.Kill();
            holder.WaitForExit();
        }

        holder.Dispose();
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
