namespace Presence.Cli;

/// <summary>
/// A file that is there whole or not at all: written beside its place under another name, flushed to the disk, then named. Readable by its owner only. It never
/// replaces a file that exists.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _partial;
    private readonly FileStream _stream;
    private bool _kept;

    private OutputFile(string path, FileStream stream) => (Path, _partial, _stream) = (path, stream.Name, stream);

    public string Path { get; }

    public Stream Stream => _stream;

    /// <exception cref="UsageException">It exists, or cannot be made.</exception>
    public static OutputFile Create(string path)
    {
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new UsageException($"{path} exists already: name another file, or move it away");
        }

        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            // One that a killed command left behind is begun anew, and keeps no mode it may have been given.
            File.Delete(path + ".partial");
            return new OutputFile(path, new FileStream(path + ".partial", options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: {e.Message}");
        }
    }

    public void Keep()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_partial, Path, overwrite: false);
        _kept = true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (!_kept)
        {
            File.Delete(_partial);
        }
    }
}
