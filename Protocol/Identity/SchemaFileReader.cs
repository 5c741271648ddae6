namespace FrameRpc.Protocol.Identity;

/// <summary>Reads a schema that is to be loaded or that another includes: its text, or null where there is no such file.</summary>
/// <param name="path">As it was named, or as an <c>include</c> names it behind the folder of the file that includes it.</param>
/// <remarks>An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> becomes a mistake at the place that names the file.</remarks>
public delegate string? SchemaFileReader(string path);
