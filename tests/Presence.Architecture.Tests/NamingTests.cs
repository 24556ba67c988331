using System.Text.RegularExpressions;
using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>Names say what a thing is: no type hides the root namespace, none is called by a word that fits everything, folder and namespace agree.</summary>
public sealed partial class NamingTests
{
    [Fact]
    public void No_type_is_called_like_the_root_namespace()
    {
        Assert.DoesNotContain(Types("src").Concat(Types("tests")), type => type.Name == "Presence");
    }

    [Fact]
    public void No_type_has_a_name_that_fits_everything()
    {
        var found = Types("src").Concat(Types("tests")).Where(type => Banned().IsMatch(type.Name)).Select(type => $"{type.File}: {type.Name}");

        Findings.None(found);
    }

    [Fact]
    public void No_project_is_a_drawer_for_everything()
    {
        var projects = RepositoryTree.TextFiles.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal));

        Assert.DoesNotContain(projects, file => Drawer().IsMatch(Path.GetFileNameWithoutExtension(file)));
    }

    [Fact]
    public void Namespace_is_folder()
    {
        var wrong = RepositoryTree.CSharp("src")
            .Select(file => (file, Declared: Namespace().Match(SourceCode.WithoutTalk(RepositoryTree.Read(file))).Groups[1].Value))
            .Where(x => x.Declared.Length > 0)      // a program of top-level statements has none
            .Where(x => x.Declared != string.Join('.', x.file.Split('/')[1..^1]))
            .Select(x => $"{x.file}: {x.Declared}");

        Findings.None(wrong);
    }

    [Fact]
    public void No_stub_and_no_note_to_self_is_left()
    {
        var found = RepositoryTree.CSharp("src").Where(file => Stub().IsMatch(SourceCode.WithoutTalk(RepositoryTree.Read(file))) || Note().IsMatch(RepositoryTree.Read(file)));

        Findings.None(found);
    }

    private static IEnumerable<(string File, string Name)> Types(string under) =>
        from file in RepositoryTree.CSharp(under)
        from Match match in Declaration().Matches(SourceCode.WithoutTalk(RepositoryTree.Read(file)))
        select (file, match.Groups[1].Value);

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>?,\s]+?)\s+(\w+)\s*(?=[<({:;\s])")]
    private static partial Regex Declaration();

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utility|Utilities|Processor|Impl|Data|Info)$")]
    private static partial Regex Banned();

    [GeneratedRegex(@"\.(Common|Core|Helpers|Utils|Abstractions|Shared)$")]
    private static partial Regex Drawer();

    [GeneratedRegex(@"(?m)^namespace\s+([\w.]+)\s*;")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bNotImplementedException\b")]
    private static partial Regex Stub();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b(?!\()")]
    private static partial Regex Note();
}
