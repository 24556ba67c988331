namespace Presence.Tests.Shared;

/// <summary>
/// Knows where the checkout and its built programs lie, seen from a running test assembly.
/// It must never guess another build configuration than the one that the tests were built in.
/// </summary>
public static class RepositoryLayout
{
    /// <summary>The folder that holds <c>Presence.slnx</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built assembly of a program under <c>src/</c>, in the configuration that the tests run in.</summary>
    /// <exception cref="FileNotFoundException">The program has not been built.</exception>
    public static string Program(string project, string? assembly = null)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Root, "src", project, "bin", output.Parent!.Name, output.Name, (assembly ?? project) + ".dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built", path);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Presence.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("no Presence.slnx above " + AppContext.BaseDirectory);
    }
}
