namespace FrameRpc.Gateway.Configuration;

/// <summary>The names of a list's entries: each may be given once, because logs and metrics tell the entries apart by it.</summary>
internal sealed class NameBook
{
    private readonly Dictionary<string, Origin> _given = [];

    public void Add(OptionSection section, Setting<string> name)
    {
        if (name.IsRight && !_given.TryAdd(name.Value, name.Origin))
            section.Refuse(name, $"\"{name.Value}\" is already the name at {_given[name.Value]}");
    }
}
