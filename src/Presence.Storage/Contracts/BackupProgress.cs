namespace Presence.Storage.Contracts;

/// <summary>How far a backup is. <paramref name="Bytes"/> of <paramref name="TotalBytes"/> are copied; after that the copy is checked, which tells no figure.</summary>
public readonly record struct BackupProgress(long Bytes, long TotalBytes);

/// <summary>A backup that was copied, checked and flushed to the disk.</summary>
/// <param name="Accounts">Accounts in it.</param>
public sealed record BackupResult(string File, long Bytes, long Accounts);
