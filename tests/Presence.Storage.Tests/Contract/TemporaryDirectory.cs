namespace Presence.Storage.Tests.Contract;

/// <summary>A directory of its own for one test, gone with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("presence-store-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
