using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Identity;
using Microsoft.Extensions.Configuration;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The result of reading a configuration: valid options, or errors.</summary>
internal sealed class GatewayConfiguration
{
    private readonly SettingLayers? _layers;

    private GatewayConfiguration(SettingLayers? layers, GatewayOptions? options, IReadOnlyList<Mistake> mistakes)
    {
        _layers = layers;
        Options = options;
        Mistakes = mistakes;
    }

    public GatewayOptions? Options { get; }

    /// <summary>In the order of the file, then of the variables.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; }

    [MemberNotNullWhen(true, nameof(Options))]
    public bool IsRight => Options is not null;

    /// <summary>
    /// Reads a file, called <paramref name="shownAs"/> in errors, overridden by the settings of <paramref name="environment"/>; <paramref
    /// name="readSchema"/> reads the schemas that it names.
    /// </summary>
    public static GatewayConfiguration Read(byte[] text, string shownAs, IConfigurationSource environment, SchemaFileReader readSchema)
    {
        var mistakes = new MistakeList();
        var map = SourceMap.Read(shownAs, text, mistakes);
        if (map is null)
            return new GatewayConfiguration(null, null, mistakes.InReadingOrder());
        var layers = new SettingLayers(map, new EnvironmentOverrides(environment));
        GatewayOptions options = GatewayBinder.Bind(OptionSection.Root(layers, mistakes), new SchemaCache(shownAs, readSchema), shownAs);
        return new GatewayConfiguration(layers, mistakes.Count == 0 ? options : null, mistakes.InReadingOrder());
    }

    /// <summary>An error about a listener that depends on the machine, such as a port in use.</summary>
    public Mistake ListenerMistake(int listener, NamedOption option, string text) =>
        MachineMistake($"listeners:{listener}:{option.Name}", $"listeners[{listener}].{option.Name}", text);

    /// <summary>The same about the admin endpoint.</summary>
    public Mistake AdminMistake(NamedOption option, string text) => MachineMistake($"admin:{option.Name}", $"admin.{option.Name}", text);

    private Mistake MachineMistake(string key, string path, string text) => new(_layers!.OriginOf(key), path, text);
}
