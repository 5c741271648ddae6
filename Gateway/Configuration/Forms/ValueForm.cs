using System.Text.Encodings.Web;

namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>The allowed forms of a value.</summary>
internal abstract class ValueForm
{
    /// <summary>What to write, as the end of a sentence that begins with "write".</summary>
    public abstract string Phrase { get; }

    /// <summary>The same without examples, for a reference that explains the form once.</summary>
    public virtual string Summary => Phrase;

    /// <summary>Whether a token of this kind can hold the value. The text of an environment variable always can.</summary>
    public abstract bool Takes(SettingKind kind);

    /// <summary>Text from a file or a variable as a JSON string. It may contain quotes and backslashes.</summary>
    protected static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}

/// <summary>A form with the type of its values.</summary>
internal abstract class ValueForm<T> : ValueForm
{
    /// <summary>Reads the value. Returns what is wrong with the text, or null.</summary>
    public abstract string? Read(string text, SettingKind kind, out T value);

    /// <summary>The value as JSON, in its most readable form.</summary>
    public abstract string Write(T value);
}
