using System.Globalization;

namespace Presence.Protocol.Addressing;

/// <summary>
/// How code points join their neighbours in cursive scripts, and which end a syllable: all that the rules for the joiners
/// need (RFC 5892 appendix A.1 and A.2). The runtime carries neither property, so they are tables here (Unicode 16).
/// </summary>
internal static class JoiningTypes
{
    // First code point of a run and the type of each: D dual, R right, L left, - none. T is derived from the category.
    private static readonly (int First, string Types)[] Runs =
    [
        (0x0620, "D-RRRRDRDRDDDDDRRRRDDDDDDDDDDDDD-DDDDDDDRDD"),
        (0x066E, "DD-RRR-RRRDDDDDDDDDDDDDDDDRRRRRRRRRRRRRRRRRRDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDRDDRRRRRRRRRDR"
            + "DRDDRR-R"),
        (0x06EE, "RR----------DDD--D"),
        (0x0710, "R-DDDRRRRRDDDDRDDDDDDDDDRDRDRDDR"),
        (0x074D, "RDDDDDDDDDDDRRRDDDDDDDDDDDDDDDRRDDDDRDRRDDDRRDDDDDD"),
        (0x07CA, "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD"),
        (0x0840, "RDDDDDRRDRDDDDDDDDDDRDRRR-------D-DDDD-RDRR-----RRRRRRRRRRRRRRRRRRR---D--DDDDDR"),
        (0x08A0, "DDDDDDDDDDRRR-RDDRRDDDDDDRDDDDDDDDDDDDDDD"),
        (0x1807, "D"),
        (0x1820, "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD-------"
            + "-------DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD-D"),
        (0xA840, "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDL"),
        (0x10AC0, "DDDDDR-R-RR--LRRRRRDDDDLDDDDDRDDDR--R------DDDDR"),
        (0x10B80, "DRDRRRDDDRDDRDRRDR"),
        (0x10BA9, "RRRRDD"),
        (0x10D00, "LDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDRD"),
        (0x10EC2, "RDD"),
        (0x10F30, "DDDRDDDDDDDDDDDDDDDDD------------DDDR"),
        (0x10F70, "DDDDRRDDDDDDDDDDDD"),
        (0x10FB0, "D-DDRRR-DRRDDRDD-DRRD----RDL"),
        (0x1E900, "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD"),
    ];

    // Canonical combining class 9.
    private static readonly HashSet<int> Viramas =
    [
        0x094D, 0x09CD, 0x0A4D, 0x0ACD, 0x0B4D, 0x0BCD, 0x0C4D, 0x0CCD, 0x0D3B, 0x0D3C, 0x0D4D, 0x0DCA, 0x0E3A, 0x0EBA, 0x0F84,
        0x1039, 0x103A, 0x1714, 0x1715, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0x1BAB, 0x1BF2, 0x1BF3, 0x2D7F, 0xA806, 0xA82C,
        0xA8C4, 0xA953, 0xA9C0, 0xAAF6, 0xABED, 0x10A3F, 0x11046, 0x11070, 0x1107F, 0x110B9, 0x11133, 0x11134, 0x111C0, 0x11235,
        0x112EA, 0x1134D, 0x113CE, 0x113CF, 0x113D0, 0x11442, 0x114C2, 0x115BF, 0x1163F, 0x116B6, 0x1172B, 0x11839, 0x1193D,
        0x1193E, 0x119E0, 0x11A34, 0x11A47, 0x11A99, 0x11C3F, 0x11D44, 0x11D45, 0x11D97, 0x11F41, 0x11F42, 0x1612F,
    ];

    public static bool IsVirama(int codePoint) => Viramas.Contains(codePoint);

    /// <summary>D, R, L, T (transparent) or '-' for a code point that does not join.</summary>
    public static char Of(int codePoint)
    {
        foreach (var (first, types) in Runs)
        {
            if (codePoint >= first && codePoint < first + types.Length && types[codePoint - first] != '-')
            {
                return types[codePoint - first];
            }
        }

        return CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            || codePoint is 0x00AD or 0x061C or 0x1E94B
            ? 'T'
            : '-';
    }
}
