using System.Text.RegularExpressions;
using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>Documents point at what exists: links, decisions, specifications with their files and tests, rules that comments cite by number.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] States = ["planned", "partial", "done"];

    [Fact]
    public void Every_decision_is_in_the_index_once_and_keeps_to_the_template()
    {
        var index = RepositoryTree.Read("docs/adr/README.md");
        var records = RepositoryTree.TextFiles.Where(file => Record().IsMatch(file)).Select(file => Path.GetFileName(file)).ToList();

        Assert.NotEmpty(records);
        Assert.Equal(records, IndexEntry().Matches(index).Select(match => match.Groups[2].Value));
        Assert.All(IndexEntry().Matches(index), match => Assert.StartsWith(match.Groups[1].Value, match.Groups[2].Value, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, records.Count).Select(n => $"{n:D4}"), records.Select(file => file[..4]));
        foreach (var record in records)
        {
            var text = RepositoryTree.Read($"docs/adr/{record}");
            Assert.StartsWith($"# {record[..4]}. ", text, StringComparison.Ordinal);
            Assert.Contains("\nStatus: ", text, StringComparison.Ordinal);
            Assert.Equal(["Context", "Decision", "Consequences"], Heading().Matches(text).Select(match => match.Groups[1].Value));
            Assert.True(text.Count(c => c == '\n') <= 70, $"{record} is longer than a page");
        }
    }

    [Fact]
    public void A_specification_that_is_built_names_its_file_and_its_test()
    {
        var rows = Rows("docs/xeps.md").ToList();
        Assert.True(rows.Count >= 30, "the table was not read");
        foreach (var (line, cells) in rows)
        {
            // RFC rows: number, title, state, file, test, note. XEP rows have the version after the title.
            var xep = cells[0].StartsWith('[');
            var at = xep ? 3 : 2;
            Assert.True(cells.Count == at + 4, $"line {line}: {cells.Count} cells");
            Assert.True(States.Contains(cells[at]), $"line {line}: unknown state '{cells[at]}'");
            Assert.True(!xep || Version().IsMatch(cells[2]), $"line {line}: no version");
            if (cells[at] == "planned")
            {
                continue;
            }

            foreach (var (cell, folder) in new[] { (cells[at + 1], "src/"), (cells[at + 2], "tests/") })
            {
                var paths = InCode().Matches(cell).Select(match => match.Groups[1].Value).ToList();
                Assert.True(paths.Count > 0, $"line {line}: no path below {folder}");
                Assert.All(paths, path => Assert.True(path.StartsWith(folder, StringComparison.Ordinal) && RepositoryTree.Exists(path), $"line {line}: {path} is not there"));
            }
        }
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken =
            from file in RepositoryTree.TextFiles
            where file.EndsWith(".md", StringComparison.Ordinal)
            from Match match in Link().Matches(RepositoryTree.Read(file))
            let target = match.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let folder = Path.GetDirectoryName(Path.Combine(RepositoryTree.Root, file)) ?? RepositoryTree.Root
            let path = Path.GetFullPath(Path.Combine(folder, target))
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{file}: {target}";

        Findings.None(broken);
    }

    [Fact]
    public void A_rule_that_a_comment_cites_is_written_down()
    {
        var documents = RepositoryTree.TextFiles.Where(file => file.EndsWith(".md", StringComparison.Ordinal)).ToList();
        var missing =
            from file in RepositoryTree.CSharp("src").Concat(RepositoryTree.CSharp("tests"))
            where !file.StartsWith("tests/Presence.Architecture.Tests/", StringComparison.Ordinal)
            from Match match in Citation().Matches(RepositoryTree.Read(file))
            let document = documents.Find(known => known == match.Groups[1].Value || known.EndsWith("/" + match.Groups[1].Value, StringComparison.Ordinal))
            where document is null || (match.Groups[3].Success && !HasRule(RepositoryTree.Read(document), match.Groups[2].Value, match.Groups[3].Value))
            select $"{file}: {match.Value}";

        Findings.None(missing);
    }

    [Fact]
    public void Every_invariant_is_stated_once()
    {
        var text = RepositoryTree.Read("docs/protocol/ownership.md");
        var stated = Invariant().Matches(text).Select(match => match.Groups[1].Value);

        Assert.Equal(Enumerable.Range(1, 13).Select(n => $"S{n}").Concat(Enumerable.Range(1, 5).Select(n => $"A{n}")), stated);
    }

    /// <summary>A heading "## n." whose section has an item "m." or a heading "### n.m".</summary>
    private static bool HasRule(string text, string section, string item)
    {
        var start = text.IndexOf($"\n## {section}.", StringComparison.Ordinal);
        if (start < 0)
        {
            return false;
        }

        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var body = end < 0 ? text[start..] : text[start..end];
        return body.Contains($"\n{item}. ", StringComparison.Ordinal) || body.Contains($"\n### {section}.{item} ", StringComparison.Ordinal);
    }

    private static IEnumerable<(int Line, List<string> Cells)> Rows(string file) =>
        from x in RepositoryTree.Read(file).Split('\n').Select((text, i) => (text, Line: i + 1))
        where TableRow().IsMatch(x.text)
        select (x.Line, x.text.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToList());

    [GeneratedRegex(@"^docs/adr/\d{4}-.+\.md$")]
    private static partial Regex Record();

    [GeneratedRegex(@"(?m)^\| \[(\d{4})\]\((\d{4}-[^)]+\.md)\) \|")]
    private static partial Regex IndexEntry();

    [GeneratedRegex(@"(?m)^## (.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| (\[?\d{4})")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^\d+\.\d+(\.\d+)?$")]
    private static partial Regex Version();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InCode();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b([\w/.-]+\.md)\b(?: (\d+)(?:\.(\d+))?)?")]
    private static partial Regex Citation();

    [GeneratedRegex(@"(?m)^\| ([SA]\d+) \|")]
    private static partial Regex Invariant();
}
