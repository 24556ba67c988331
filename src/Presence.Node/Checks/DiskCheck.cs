using System.Globalization;

namespace Presence.Node.Checks;

/// <summary>Room left where the data lies. A database needs room even to delete, so the warning comes early.</summary>
internal static class DiskCheck
{
    public const string Name = "disk";

    private const long Little = 1L << 30;
    private const long TooLittle = 64L << 20;

    public static CheckResult Run(string directory)
    {
        try
        {
            var free = FreeBytes(directory);
            var text = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GiB free in {directory}");
            return free < TooLittle ? CheckResult.Failed(Name, text + ": free some space before messages are refused")
                : free < Little ? CheckResult.Warning(Name, text) : CheckResult.Ok(Name, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return CheckResult.Failed(Name, $"{directory}: {e.Message}");
        }
    }

    public static long FreeBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;
}
