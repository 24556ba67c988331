namespace Presence.Architecture.Tests;

/// <summary>
/// The repository as files: its root and what is in it, without what builds and tools leave behind. Only reads; never judges.
/// </summary>
public static class RepositoryTree
{
    private static readonly HashSet<string> Skipped =
        new(StringComparer.Ordinal) { ".git", ".vs", ".idea", "bin", "obj", "node_modules", "__pycache__", "TestResults", ".cache" };

    private static readonly HashSet<string> TextKinds = new(StringComparer.Ordinal)
    {
        "", ".cs", ".csproj", ".props", ".slnx", ".json", ".md", ".py", ".sh", ".sql", ".mjs", ".js", ".yml", ".yaml", ".xml", ".proto", ".txt",
        ".editorconfig", ".gitattributes", ".gitignore", ".dockerignore", ".npmrc", ".toml", ".cfg", ".conf", ".service",
    };

    /// <summary>The folder that holds Presence.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every text file of the tree, as paths from the root with forward slashes.</summary>
    public static IReadOnlyList<string> TextFiles { get; } = [.. Walk(Root).Where(IsText).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>The C# files below a folder of the tree, as paths from the root.</summary>
    public static IEnumerable<string> CSharp(string under) =>
        TextFiles.Where(file => file.StartsWith(under + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static bool IsText(string path) => TextKinds.Contains(Path.GetExtension(path));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            // In a worktree .git is a file, and it names a path of this machine.
            if (!Skipped.Contains(Path.GetFileName(file)))
            {
                yield return file;
            }
        }

        foreach (var inner in Directory.EnumerateDirectories(folder).Where(inner => !Skipped.Contains(Path.GetFileName(inner))))
        {
            foreach (var file in Walk(inner))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Presence.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException("no Presence.slnx above the tests");
    }
}
