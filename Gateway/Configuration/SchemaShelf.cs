using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The schemas that routes name, beside the configuration file: each is read once, and its mistakes are told once.</summary>
internal sealed class SchemaShelf(string configurationFile, SchemaFileReader readFile)
{
    private readonly Dictionary<string, Schema?> _schemas = [];

    /// <summary>The schema that a setting names; null, with its mistakes added where it was named first, if it is wrong.</summary>
    public Schema? Read(OptionSection section, Setting<string> name)
    {
        string file = Path.Combine(Path.GetDirectoryName(configurationFile) ?? "", name.Value);
        if (_schemas.TryGetValue(file, out Schema? schema))
            return schema;
        try
        {
            schema = Schema.Load(file, readFile);
        }
        catch (SchemaException wrong)
        {
            foreach (SchemaMistake mistake in wrong.Mistakes)
                section.Refuse(name, mistake.ToString());
        }
        _schemas[file] = schema;
        return schema;
    }
}
