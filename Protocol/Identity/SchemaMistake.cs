namespace FrameRpc.Protocol.Identity;

/// <summary>One thing that is wrong in a schema: where, what, and what to write.</summary>
/// <param name="File">The file as it was named, or as an <c>include</c> names it behind the folder of the file that includes it.</param>
/// <param name="Line">Counted from 1, as editors do; 0 where the file as a whole is meant.</param>
/// <param name="Column">Counted from 1, in UTF-16 characters; 0 where the file as a whole is meant.</param>
/// <param name="Text">What is wrong and what to do about it, in one line.</param>
public readonly record struct SchemaMistake(string File, int Line, int Column, string Text)
{
    /// <summary><c>demo.fbs:12:9: type "Reqest" is not defined; did you mean "Request"?</c></summary>
    public override string ToString() => Line == 0 ? $"{File}: {Text}" : $"{File}:{Line}:{Column}: {Text}";
}
